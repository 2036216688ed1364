// The transcript on the screen: what is drawn, where one is, what is selected. What a coder does is in acts.js.

import { Acts } from "./acts.js";
import { isDark, legible } from "./colours.js";
import { afterPaint, el, excerpt } from "./dom.js";
import { openEditor } from "./editor.js";
import { Evidence } from "./evidence.js";
import { Filters, openFilters } from "./filters.js";
import { handle, helpSheet } from "./keys.js";
import { Model } from "./model.js";
import { Notices } from "./notice.js";
import { Overview } from "./overview.js";
import { Painter } from "./painting.js";
import { newest } from "./newest.js";
import { place } from "./popover.js";
import { openQuick } from "./quick.js";
import { Places } from "./selection.js";
import { ARRIVED, shelf } from "./shelf.js";
import { offers } from "./suggestions.js";
import { Toolbar } from "./toolbar.js";

const SETTLED = 500; // ms on a passage before the address says so
const QUIET = [200, 500, 1500, 4000]; // ms before suggestions are asked for, and again while there are no new ones
const LOOK = 2000; // ms between looks for others' changes; the server looks into an index, and nothing is rerun
const POLL = 8000; // ms between reruns while that cannot be asked, or while others' work may teach new suggestions
const LOST = 2000; // ms to wait for the shelf before the whole app is rerun
const MARGIN = 16;
const LEAST_HEIGHT = 420;
const EVIDENCE_KEY = "redthread:evidence";

export class Pane {
  constructor(queue) {
    this.queue = queue;
    this.codes = new Map();
    this.made = new Map();
    this.coders = new Map();
    this.filters = new Filters();
    this.notices = new Notices();
    this.pick = new Map();
    this.arrived = new Set();
    this.disputed = [];
    this.current = 0;
    this.selection = null;
    this.chosen = null;
    this.tried = null;
    this.evidenceOpen = localStorage.getItem(EVIDENCE_KEY) !== "closed";
    this.ending = new AbortController();
    this.root = el("div", { class: globalThis.Highlight ? "rt rt-highlights" : "rt" });
    this.codeOf = (id) => this.codes.get(id) ?? { id, name: "unknown code", path: "unknown code", ink: legible("", this.dark), parent: null, takes: false };
    this.coderOf = (id) => this.coders.get(id)?.name ?? "another coder";
    this.listen();
  }

  // ---- what Streamlit brings ----

  update({ data, setTriggerValue }) {
    const first = !this.data;
    this.data = data;
    this.trigger = setTriggerValue;
    this.acts ??= new Acts(this);
    const { items } = shelf();
    const [page, book, base] = [items.get(data.page), items.get(data.codebook), items.get(data.base)];
    clearTimeout(this.lost);
    this.isShort = !page || !book || !base;
    if (this.isShort) {
      // The shelf usually follows at once.
      this.lost = setTimeout(() => this.lifeline(), LOST);
      return null;
    }
    this.theme();
    if (this.bookKey !== data.codebook) this.setCodes(book);
    this.hear(data);
    if (this.pageKey !== data.page) this.build(page, base);
    if (this.model.revision < data.changes.since) {
      if (base.revision < data.changes.since) return this.lifeline();
      this.model.pending = this.pendingHere();
      this.model.rebase(base);
      this.repaint();
    }
    if (data.changes.revision >= this.model.revision) this.paint(this.model.advance(data.changes, this.pendingHere()));
    if (data.suggestions) this.suggest(data.suggestions);
    if (data.evidence) this.evidence.hear(data.evidence);
    if (data.alike) this.open?.hear?.(data.alike);
    this.refresh();
    for (const operation of this.disputed.splice(0)) this.acts.dispute(operation);
    this.arrive(data.goto, first);
    this.queue.connect(this);
    return this.askWhenQuiet();
  }

  hear(data) {
    const { client } = this.queue;
    const sent = new Map(this.queue.pending.map((operation) => [operation.number, operation]));
    const stale = new Set(data.stale.filter(([whose]) => whose === client).map(([, refused]) => refused));
    const number = data.heard[client];
    if (number === undefined) return;
    this.queue.hear(number, data.acknowledged[client] ?? 0);
    this.acts.acknowledged(this.queue.acknowledged);
    for (const [whose, refused, message] of data.refusals) {
      if (whose !== client || refused <= (this.refusedTo ?? 0)) continue;
      this.refusedTo = refused;
      for (const [id, code] of this.made) if (code.number === refused) this.made.delete(id);
      if (stale.has(refused) && sent.has(refused)) this.disputed.push(sent.get(refused));
      else this.notices.warn(`Not done: ${message}`);
    }
    if (data.trouble && data.trouble !== this.trouble) this.notices.warn(`Not saved yet, and tried again until it is: ${data.trouble}`);
    this.trouble = data.trouble;
  }

  /** Suggestions are asked for in quiet moments, so that learning never holds up a coding; learning may take a while. */
  askWhenQuiet() {
    clearTimeout(this.quiet);
    if (!this.data.suggests || this.queue.waiting) return;
    if (this.askedFor !== this.model.revision) [this.askedFor, this.asks] = [this.model.revision, 0];
    else if (this.data.suggestions) this.asks = QUIET.length;
    this.answered ||= Boolean(this.data.suggestions);
    // Before there have been any, passages may still be read for the first time, and that takes as long as it takes.
    if (this.asks >= QUIET.length && this.answered) return;
    this.quiet = setTimeout(() => {
      this.asks += 1;
      this.queue.wish("ask", true);
    }, QUIET[Math.min(this.asks, QUIET.length - 1)]);
  }

  // ---- what the queue asks ----

  send(batch) {
    this.trigger("batch", batch);
  }

  describe() {
    return { document: this.model.id, have: this.model.revision, suggested: this.suggestionVersion ?? null };
  }

  changed() {
    if (this.model) this.toolbar.refresh();
  }

  lifeline() {
    shelf().lifeline();
  }

  pendingHere() {
    return this.queue.pending.filter((operation) => operation.document === (this.model?.id ?? ""));
  }

  // ---- building ----

  build(page, base) {
    const same = this.model?.id === page.document;
    this.pageKey = page.key;
    this.closeAll();
    this.model = new Model(page, this.data.me);
    this.model.shows = (coding) => this.filters.shows(coding);
    this.model.pending = this.pendingHere();
    this.model.rebase(base);
    this.suggestionVersion = null;
    this.askedFor = null;
    this.pick.clear();
    this.filters.speakers.clear();
    this.drawnRead = null;
    this.selection = this.chosen = this.tried = null;
    this.painter = new Painter(this.model, { codeOf: this.codeOf, coderOf: this.coderOf, suggest: (row) => this.offered(row) });
    this.places = new Places(this.model, this.painter);
    this.toolbar = new Toolbar(this);
    this.overview = new Overview(this.model, this.codeOf, (row) => this.go(row));
    this.evidence = new Evidence({
      ask: (passage, code) => this.queue.wish("look", { passage, code }),
      go: (document, position) => this.queue.wish("go", { document, position }),
      define: (code) => this.queue.wish("define", code),
      closed: () => this.toggleEvidence(),
    });
    this.scroller = el("div", { class: "rt-scroll", role: "group", "aria-label": `Transcript: ${page.name}` });
    this.scroller.append(this.painter.draw());
    if (!this.model.rows.length) this.scroller.append(el("p", { class: "rt-empty", text: "This document has no text." }));
    this.scroller.addEventListener("scroll", () => this.keepBeside(), { passive: true });
    this.root.replaceChildren(this.toolbar.root, el("div", { class: "rt-main" }, this.scroller, this.overview.canvas), this.evidence.root, this.notices.toast, this.notices.alert, this.notices.live);
    this.fit();
    this.current = same ? Math.min(this.current, this.model.rows.length - 1) : 0;
    if (!same && this.model.read) this.current = this.model.rowAt(this.model.read);
    this.dim();
    if (this.model.rows.length) this.go(this.current, { focus: document.activeElement === document.body, tell: false });
    afterPaint(() => {
      this.root.dataset.ready = this.model.id;
    });
  }

  setCodes(book) {
    this.bookKey = book.key;
    this.coders = new Map(book.coders.map((coder) => [coder.id, coder]));
    this.codes = new Map(book.codes.map((code) => [code.id, { ...code, ink: legible(code.colour, this.dark) }]));
    for (const [id, code] of this.made) {
      if (this.codes.has(id)) this.made.delete(id);
      else this.codes.set(id, code);
    }
    if (this.model) this.repaint();
  }

  /** A code made here, until the codebook brings it. */
  addCode({ id, name, parent, number }) {
    const above = parent ? `${this.codeOf(parent).path} / ` : "";
    const code = { id, name, parent, number, path: above + name, ink: legible("", this.dark), takes: true, brief: "", key: null };
    this.made.set(id, code);
    this.codes.set(id, code);
  }

  codeForKey(key) {
    const codes = [...this.codes.values()].filter((code) => code.takes);
    return codes.find((code) => code.key === key) ?? (codes.some((code) => code.key) ? null : codes[Number(key) - 1] ?? null);
  }

  theme() {
    const dark = isDark(this.root);
    if (dark === this.dark) return;
    this.dark = dark;
    this.root.classList.toggle("rt-dark", dark);
    for (const code of this.codes.values()) code.ink = legible(code.colour ?? "", dark);
    if (this.model) this.repaint();
  }

  fit() {
    const top = this.root.getBoundingClientRect().top + (document.scrollingElement?.scrollTop ?? 0);
    this.root.style.height = this.data?.height ? `${this.data.height}px` : `${Math.max(LEAST_HEIGHT, innerHeight - top - MARGIN)}px`;
    this.overview?.later(this.current);
  }

  // ---- drawing ----

  settle() {
    this.paint(this.model.settle(this.pendingHere()));
    this.refresh();
  }

  paint(rows) {
    if (!rows.size) return;
    const native = this.places.selected(this.scroller);
    for (const row of rows) this.painter.paint(row);
    // Drawing a row anew takes the browser's selection out of it.
    if (native && this.selection) this.selectNatively(this.selection);
    if (this.filters.active) this.dim();
    this.showSelection();
    this.tabbable(this.current, true);
    this.keepBeside();
  }

  repaint() {
    this.paint(new Set(this.model.rows.keys()));
    this.dim();
  }

  dim() {
    this.root.classList.toggle("rt-filtering", this.filters.active > 0);
    for (const row of this.model.rows) this.painter.rows[row.index].root.classList.toggle("rt-dim", this.filters.active > 0 && !this.filters.matches(this.model, row.index));
  }

  refresh() {
    this.toolbar.refresh();
    this.evidence.root.hidden = !(this.evidenceOpen && this.data.suggests);
    this.readTo();
    this.overview.later(this.current);
    if (this.chosen && !this.model.shown.has(this.chosen)) this.choose(null);
    this.explain();
  }

  readTo() {
    const { read } = this.model;
    if (read === this.drawnRead) return;
    this.drawnRead = read;
    const last = this.model.rows.findLast((row) => row.start < read)?.index ?? -1;
    for (const { index } of this.model.rows) {
      const { root } = this.painter.rows[index];
      root.classList.toggle("rt-read", index <= last);
      root.classList.toggle("rt-read-end", index === last);
    }
  }

  // ---- suggestions ----

  suggest({ version, whole, model, passages }) {
    if (version === this.suggestionVersion) return;
    this.suggestionVersion = version;
    this.suggestionModel = model;
    if (whole) this.model.suggested.clear();
    const touched = new Set(whole ? this.model.rowOfPassage.values() : []);
    for (const [passage, suggestions] of Object.entries(passages)) {
      const row = this.model.rowOfPassage.get(Number(passage));
      if (row === undefined) continue;
      if (suggestions.length) this.model.suggested.set(Number(passage), suggestions.map(([code, probability]) => ({ code, probability })));
      else this.model.suggested.delete(Number(passage));
      touched.add(row);
    }
    this.evidence.forget();
    this.paint(touched);
  }

  offered(row) {
    const suggestions = this.data.suggests ? this.model.suggestionsAt(row).filter(({ code }) => this.codes.has(code)) : [];
    return suggestions.length ? offers(suggestions, this.pickedOf(suggestions, row), this.codeOf) : null;
  }

  pickedOf(suggestions, row) {
    return suggestions.find(({ code }) => code === this.pick.get(row)) ?? suggestions[0] ?? null;
  }

  picked(row) {
    return this.data.suggests ? this.pickedOf(this.model.suggestionsAt(row), row) : null;
  }

  explain() {
    if (this.evidence.root.hidden || !this.model.rows.length) return;
    const suggestion = this.picked(this.current);
    this.evidence.show(this.model.rows[this.current].passage, suggestion, suggestion && this.codeOf(suggestion.code));
  }

  toggleEvidence() {
    this.evidenceOpen = !this.evidenceOpen;
    localStorage.setItem(EVIDENCE_KEY, this.evidenceOpen ? "open" : "closed");
    this.refresh();
    this.focus();
  }

  // ---- where one is ----

  /** Makes a row the current one. */
  go(row, { focus = true, scroll = "nearest", flash = false, tell = true } = {}) {
    const index = Math.max(0, Math.min(this.model.rows.length - 1, row));
    this.painter.rows[this.current]?.root.classList.remove("rt-current");
    this.tabbable(this.current, false);
    this.current = index;
    const { root } = this.painter.rows[index];
    root.classList.add("rt-current");
    this.tabbable(index, true);
    this.explain(); // before scrolling: it takes room from the transcript
    if (focus) root.focus({ preventScroll: true });
    if (scroll) {
      root.scrollIntoView({ block: scroll });
      // Rows far away are laid out only when they come near, and then their heights are known.
      requestAnimationFrame(() => root.scrollIntoView({ block: scroll }));
    }
    if (flash) {
      root.classList.add("rt-flash");
      root.addEventListener("animationend", () => root.classList.remove("rt-flash"), { once: true });
    }
    this.overview.later(index);
    clearTimeout(this.telling);
    if (tell) this.telling = setTimeout(() => this.tell(this.model.rows[index].start), SETTLED);
  }

  /** The place goes into the address, without a new entry in the history: a link to here, and here again after a reload. */
  tell(position) {
    if (!this.data.address) return;
    const here = new URL(location.href);
    here.searchParams.set(this.data.address, String([...this.model.text.slice(0, position)].length));
    history.replaceState(history.state, "", here);
  }

  tabbable(row, is) {
    const drawn = this.painter?.rows[row];
    if (!drawn) return;
    drawn.root.tabIndex = is ? 0 : -1;
    for (const control of drawn.root.querySelectorAll("button")) control.tabIndex = is ? 0 : -1;
  }

  focus() {
    this.painter.rows[this.current]?.root.focus({ preventScroll: true });
  }

  /** A deep link, or a jump that the screen asked for. */
  arrive(goto, first) {
    if (!goto || this.arrived.has(goto.token)) return;
    this.arrived.add(goto.token);
    this.clear();
    this.go(this.model.rowAt(goto.start), { scroll: "center", flash: !first || goto.start > 0 });
    if (goto.end !== null) {
      this.showSelection({ start: goto.start, end: goto.end });
      setTimeout(() => this.showSelection(), 4000);
    }
  }

  step(by) {
    this.clear();
    this.go(this.current + by);
  }

  seek(direction, wanted, otherwise) {
    const { rows } = this.model;
    for (let index = this.current + direction; index >= 0 && index < rows.length; index += direction) {
      if (this.filters.hears(this.model, index) && wanted(index)) {
        this.clear();
        return this.go(index);
      }
    }
    return this.say(otherwise);
  }

  nextUncoded(direction) {
    this.seek(direction, (row) => this.model.rows[row].passage >= 0 && !this.model.isCoded(row), `No uncoded passage ${direction > 0 ? "below" : "above"}`);
  }

  nextSuggestion(direction) {
    const here = this.data.suggests ? this.model.suggestionsAt(this.current) : [];
    const at = here.indexOf(this.pickedOf(here, this.current)) + direction;
    if (here.length && at >= 0 && at < here.length) {
      this.pick.set(this.current, here[at].code);
      this.paint(new Set([this.current]));
      return this.explain();
    }
    return this.seek(direction, (row) => {
      const found = this.model.suggestionsAt(row);
      if (found.length) this.pick.set(row, found.at(direction > 0 ? 0 : -1).code);
      return found.length > 0;
    }, `No suggestion ${direction > 0 ? "below" : "above"}`);
  }

  // ---- selecting ----

  /** What a code goes on: the selection, or the current passage. */
  target() {
    return this.selection ?? this.model.passage(this.current);
  }

  select(span) {
    if (this.chosen && this.isMine(this.chosen)) {
      this.tried = span;
      this.editor?.refresh(this.model.shown.get(this.chosen), span);
    } else this.selection = span;
    const row = this.model.rowAt(span.start);
    if (row !== this.current) this.go(row, { scroll: false });
    this.showSelection();
  }

  selectByKeys(span) {
    this.select(span);
    this.selectNatively(span);
    this.painter.rows[this.model.rowAt(Math.max(span.start, span.end - 1))].root.scrollIntoView({ block: "nearest" });
    this.notices.live.textContent = excerpt(this.model.quotation(span), 200);
  }

  selectNatively(span) {
    const range = this.places.range(span);
    document.getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  }

  selectWord(step) {
    const from = this.selection;
    const row = this.model.rows[this.current];
    const unit = step > 0 ? this.places.after(from ? from.end : row.start, "word") : this.places.before(from ? from.start : row.end, "word");
    if (unit) this.selectByKeys(unit);
  }

  extend(side, step, granularity) {
    const coding = this.chosen && this.isMine(this.chosen) ? this.model.shown.get(this.chosen) : null;
    const from = this.tried ?? (coding ? { start: coding.start, end: coding.end } : this.selection);
    if (from) return this.selectByKeys(this.places.moved(from, side, step, granularity));
    const unit = this.places.after(this.model.rows[this.current].start, granularity);
    return unit && this.selectByKeys(unit);
  }

  selectPassage() {
    const here = this.model.passage(this.current);
    const from = this.selection;
    if (!from || from.start > here.start || from.end < here.end) return this.selectByKeys(here);
    const next = this.model.rowAt(Math.max(0, from.end - 1)) + 1;
    return next < this.model.rows.length && this.selectByKeys({ start: from.start, end: this.model.passage(next).end });
  }

  clear() {
    if (this.editor) return this.choose(null);
    this.closeQuick();
    if (!this.selection) return null;
    this.selection = null;
    document.getSelection().removeAllRanges();
    return this.showSelection();
  }

  /** Draws a span as selected, also while the focus is in a window over the text. */
  showSelection(span = this.tried ?? this.selection) {
    if (!globalThis.Highlight) return;
    if (span) CSS.highlights.set("rt-selection", new Highlight(this.places.range(span)));
    else CSS.highlights.delete("rt-selection");
  }

  /** Where the words of a span are seen on the screen. */
  rectangle(span) {
    const rectangles = this.places.range(span).getClientRects();
    const frame = this.scroller.getBoundingClientRect();
    const seen = [...rectangles].filter((each) => each.bottom > frame.top && each.top < frame.bottom);
    if (!seen.length) return this.painter.rows[this.current].root.getBoundingClientRect();
    return { left: seen.at(-1).left, top: Math.max(frame.top, seen[0].top), bottom: Math.min(frame.bottom, seen.at(-1).bottom) };
  }

  /** A window stays beside the words that it speaks of, wherever these go. */
  keepBeside() {
    if (this.moving || !(this.editor || this.open?.span || this.quick)) return;
    this.moving = requestAnimationFrame(() => {
      this.moving = null;
      const coding = this.model.shown.get(this.chosen);
      if (this.editor && coding) place(this.editor.box, this.rectangle(this.tried ?? coding), this.root);
      if (this.open?.span) place(this.open.box, this.rectangle(this.open.span), this.root);
      if (this.quick && this.selection) place(this.quick.box, this.rectangle(this.selection), this.root);
    });
  }

  // ---- codings ----

  isMine(id) {
    return this.model.shown.get(id)?.coder === this.model.me && !this.data.readOnly;
  }

  /** Opens a coding, or closes the one that is open. */
  choose(id) {
    const before = this.model.shown.get(this.chosen);
    const after = this.model.shown.get(id);
    const editor = this.editor;
    this.editor = null;
    this.chosen = this.painter.chosen = after ? id : null;
    this.tried = null;
    editor?.close();
    const touched = new Set();
    for (const coding of [before, after]) {
      if (!coding) continue;
      const { first, last } = this.model.rowsOf(coding);
      for (let row = first; row <= last; row += 1) touched.add(row);
    }
    this.paint(touched);
    this.showSelection();
    if (!after) return;
    this.closeQuick();
    this.selection = null;
    const { first, last } = this.model.rowsOf(after);
    if (this.current < first || this.current > last) this.go(first);
    this.editor = openEditor({
      root: this.root, beside: this.rectangle(after), coding: after, model: this.model, codeOf: this.codeOf, coderOf: this.coderOf, readOnly: this.data.readOnly,
      acts: {
        recode: () => this.acts.recodeChosen(),
        remove: (event) => this.acts.removeChosen(event),
        memo: (text, was) => this.acts.memo(after, text, was),
        move: (side, step) => this.extend(side, step, "word"),
        keep: () => this.keepExtent(),
        copy: (event) => {
          this.choose(null);
          this.acts.code(after.code, event, { start: after.start, end: after.end });
        },
        closed: () => {
          if (this.editor) {
            this.editor = null;
            this.choose(null);
            this.focus();
          }
        },
      },
    });
    this.notices.live.textContent = `${this.codeOf(after.code).path}: ${excerpt(this.model.quotation(after), 120)}`;
  }

  keepExtent(event) {
    const coding = this.model.shown.get(this.chosen);
    if (!coding || !this.tried) return;
    const span = this.tried;
    this.tried = null;
    document.getSelection().removeAllRanges();
    this.acts.resize(coding, span, event);
    this.choose(coding.id);
    this.focus();
  }

  chooseCoding(step) {
    const codings = this.model.codingsAt(this.current);
    if (!codings.length) return this.say("No coding on this passage");
    const at = codings.findIndex((coding) => coding.id === this.chosen);
    const next = at < 0 ? (step > 0 ? 0 : codings.length - 1) : (at + step + codings.length) % codings.length;
    return this.choose(codings[next].id);
  }

  enter(event) {
    if (this.tried) this.keepExtent(event);
    else if (this.editor) this.editor.memo.focus();
    else this.acts.pick();
  }

  // ---- windows over the text ----

  openFilters() {
    if (this.open) return this.open.close();
    this.open = openFilters({
      root: this.root, beside: this.toolbar.filter.getBoundingClientRect(), filters: this.filters, model: this.model, codes: this.codes, coders: this.coders,
      changed: () => {
        this.repaint();
        this.refresh();
      },
      closed: () => {
        this.open = null;
        this.focus();
      },
    });
    return null;
  }

  toggleHelp() {
    if (this.help) {
      this.help.remove();
      this.help = null;
      this.focus();
      return;
    }
    this.help = helpSheet(() => this.toggleHelp());
    this.root.append(this.help);
    this.help.querySelector("button").focus();
  }

  closeQuick() {
    this.quick?.close();
    this.quick = null;
  }

  closeAll() {
    this.closeQuick();
    this.open?.close();
    this.editor?.close();
    this.help?.remove();
    this.open = this.editor = this.help = null;
  }

  say(text) {
    this.notices.say(text);
  }

  // ---- listening ----

  listen() {
    const { signal } = this.ending;
    const ready = (listener) => (event) => this.model?.rows.length && listener(event);
    this.root.addEventListener("keydown", ready((event) => handle(this, event)), { signal });
    this.root.addEventListener("click", ready((event) => this.click(event)), { signal });
    this.root.addEventListener("pointerdown", ready((event) => this.pressed(event)), { signal });
    document.addEventListener("pointerup", ready(() => setTimeout(() => this.released())), { signal });
    document.addEventListener("selectionchange", ready(() => this.selected()), { signal });
    globalThis.addEventListener(ARRIVED, () => this.isShort && this.update({ data: this.data, setTriggerValue: this.trigger }), { signal });
    // Streamlit takes the pane out of the page before it says so; by then the focus is gone.
    this.watching = setInterval(() => {
      if (this.root.contains(document.activeElement)) this.focused = performance.now();
    }, 250);
    globalThis.addEventListener("resize", () => this.fit(), { signal });
    globalThis.addEventListener("beforeunload", (event) => this.queue.retries && this.queue.waiting && event.preventDefault(), { signal });
    const look = () => this.lookForNews();
    document.addEventListener("visibilitychange", look, { signal });
    this.polling = setInterval(look, LOOK);
  }

  /** Others' changes arrive soon after they are stored; where there are none, no rerun is asked for. */
  async lookForNews() {
    if (this.looking || document.visibilityState !== "visible" || !this.model || !this.root.isConnected) return;
    this.looking = true;
    const news = await newest(this.data.project, this.model.id);
    this.looking = false;
    const due = performance.now() - (this.polled ?? 0) > POLL;
    const here = news ? news.document > this.model.revision : due;
    const elsewhere = news && due && this.data.suggests && news.project > (this.learned ?? 0);
    if (!here && !elsewhere) return;
    this.polled = performance.now();
    if (elsewhere) this.learned = news.project;
    this.queue.wish(elsewhere ? "ask" : "poll", true);
  }

  pressed(event) {
    this.pressing = Boolean(event.target.closest(".rt-text"));
    if (!event.target.closest(".rt-quick")) this.closeQuick();
  }

  selected() {
    if (!this.root.isConnected) return;
    const span = this.places.selected(this.scroller);
    if (!span) return;
    const known = this.tried ?? this.selection;
    if (!known || known.start !== span.start || known.end !== span.end) this.select(span);
  }

  released() {
    if (!this.pressing) return;
    this.pressing = false;
    if (!this.selection || this.open || this.data.readOnly || !this.places.selected(this.scroller)) return;
    const recent = this.acts.recent.map((id) => this.codes.get(id)).filter((code) => code?.takes);
    this.closeQuick();
    this.quick = openQuick({
      root: this.root, beside: this.rectangle(this.selection), codes: recent, more: () => this.acts.pick(),
      choose: (code, event) => {
        this.acts.code(code, event);
        this.closeQuick();
      },
    });
  }

  click(event) {
    const { target } = event;
    const row = target.closest(".rt-row");
    if (!row || target.closest(".rt-popover")) return;
    const index = Number(row.dataset.row);
    const named = target.closest("[data-coding]");
    const decided = target.closest("[data-does]");
    const offered = target.closest("[data-offer]");
    const more = target.closest("[data-more]");
    if (decided) {
      const suggestion = this.model.suggestionsAt(index).find(({ code }) => code === decided.dataset.code);
      if (suggestion) this.acts.decide(decided.dataset.does, suggestion, index, event);
      if (index !== this.current) this.go(index, { scroll: false });
      else this.focus();
    } else if (named) {
      this.go(index, { scroll: false });
      this.choose(named.dataset.coding);
    } else if (offered) {
      this.pick.set(index, offered.dataset.offer);
      this.paint(new Set([index]));
      this.go(index, { scroll: false });
    } else if (more) {
      this.painter.expanded.add(index);
      this.paint(new Set([index]));
    } else if (document.getSelection().isCollapsed) this.clickText(index, target);
  }

  clickText(index, target) {
    const { anchorNode, anchorOffset } = document.getSelection();
    this.clear();
    this.go(index, { scroll: false });
    if (!target.closest(".rt-mark") || !anchorNode) return;
    // The narrowest first; clicking again goes through those below it.
    const under = this.model.codingsAtPosition(this.places.position(anchorNode, anchorOffset)).sort((a, b) => a.end - a.start - (b.end - b.start));
    if (!under.length) return;
    const at = under.findIndex((coding) => coding.id === this.lastClicked);
    const { id } = under[(at + 1) % under.length];
    this.lastClicked = id;
    this.choose(id);
  }

  // ---- leaving and coming back ----

  detached() {
    this.left = { top: this.scroller?.scrollTop ?? 0, focus: performance.now() - (this.focused ?? -Infinity) < 1500 };
    clearTimeout(this.telling); // or the address of the next screen would name a place in this document
    this.queue.disconnect(this);
  }

  reattached() {
    if (!this.left || !this.model) return;
    this.scroller.scrollTop = this.left.top;
    if (this.left.focus) this.focus();
  }

  destroy() {
    this.ending.abort();
    clearInterval(this.polling);
    clearInterval(this.watching);
    clearTimeout(this.telling);
    clearTimeout(this.quiet);
    clearTimeout(this.lost);
    this.queue.disconnect(this);
    CSS.highlights?.delete("rt-selection");
    this.root.remove();
  }
}
