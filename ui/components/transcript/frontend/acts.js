// What a coder does. Each act is drawn at once and queued as one operation.

import { afterPaint, excerpt } from "./dom.js";
import { openPalette } from "./palette.js";

const RECENT = 12;

export class Acts {
  constructor(pane) {
    this.pane = pane;
    this.waiting = [];
    this.recentKey = `redthread:recent:${pane.data.project}`;
    try {
      this.recent = JSON.parse(localStorage.getItem(this.recentKey)) ?? [];
    } catch {
      this.recent = [];
    }
  }

  /** Queues one operation and draws what it does. */
  act(kind, values, event) {
    const { pane } = this;
    if (pane.data.readOnly) {
      pane.say("Read only: nothing is changed here");
      return null;
    }
    // The text that the positions are of: on a text that was corrected meanwhile they would mean other words.
    const operation = pane.queue.add(pane.model.id, kind, { ...values, on: pane.model.sha256 });
    pane.settle();
    const from = event?.timeStamp ?? performance.now();
    this.waiting.push({ number: operation.number, from });
    afterPaint((until) => measure("painted", from, until));
    return operation;
  }

  acknowledged(number) {
    while (this.waiting.length && this.waiting[0].number <= number) measure("stored", this.waiting.shift().from, performance.now());
  }

  used(code) {
    this.recent = [code, ...this.recent.filter((other) => other !== code)].slice(0, RECENT);
    localStorage.setItem(this.recentKey, JSON.stringify(this.recent));
  }

  // ---- coding ----

  code(code, event, span = this.pane.target()) {
    const { pane } = this;
    const { name, takes } = pane.codeOf(code);
    if (!takes) return pane.say(`“${name}” takes no new codings`);
    if (pane.model.twin(span, code)) return pane.say(`Already coded “${name}”`);
    if (this.act("code", { coding: crypto.randomUUID(), ...span, code }, event)) {
      this.used(code);
      pane.say(`Coded “${name}”`);
    }
    return null;
  }

  codeByKey(event) {
    const code = this.pane.codeForKey(event.key);
    if (code) this.code(code.id, event);
    else this.pane.say(`No code has the key ${event.key}; keys are given in the codebook`);
  }

  create(made, event, span = this.pane.target()) {
    const { pane } = this;
    const code = crypto.randomUUID();
    if (pane.data.readOnly) return pane.say("Read only: nothing is changed here");
    const operation = this.act("new code", { code, name: made.name, parent: made.parent }, event);
    pane.addCode({ id: code, name: made.name, parent: made.parent, number: operation.number });
    this.code(code, event, span);
    pane.say(`New code “${made.name}”`);
    return null;
  }

  /** The picker for the selection or the passage. */
  pick() {
    const { pane } = this;
    if (pane.data.readOnly) return pane.say("Read only: nothing is changed here");
    const span = pane.target();
    this.palette("Code", span, {
      choose: (code, stay, event) => this.code(code, event, span),
      create: pane.data.newCodes ? (made, event) => this.create(made, event, span) : null,
      applied: (code) => Boolean(pane.model.twin(span, code.id)),
    });
    return null;
  }

  palette(title, span, { choose, create, applied }) {
    const { pane } = this;
    pane.closeQuick();
    pane.showSelection(span);
    pane.open = openPalette({
      root: pane.root, beside: pane.rectangle(span), codes: [...pane.codes.values()], recent: () => this.recent, words: pane.model.quotation(span), title, choose, create, applied,
      compare: pane.data.comparesNames ? (name) => pane.queue.wish("name", name) : null,
      closed: () => {
        pane.open = null;
        pane.showSelection();
        pane.focus();
      },
    });
    pane.open.span = span;
  }

  // ---- one coding ----

  mine() {
    const { pane } = this;
    const coding = pane.model.shown.get(pane.chosen);
    if (!coding) pane.say("Choose a coding first: ] or a click on it");
    else if (coding.coder !== pane.model.me) pane.say(`This coding is ${pane.coderOf(coding.coder)}’s; code the same yourself to change it`);
    else return coding;
    return null;
  }

  recodeChosen() {
    const coding = this.mine();
    if (!coding) return;
    this.palette("Change code", { start: coding.start, end: coding.end }, {
      choose: (code, stay, event) => {
        if (code === coding.code || !this.act("recode", { coding: coding.id, code, was_code: coding.code }, event)) return;
        this.used(code);
        this.pane.say(`Now coded “${this.pane.codeOf(code).name}”`);
        this.pane.choose(coding.id);
      },
      create: null,
      applied: (code) => code.id === coding.code,
    });
  }

  removeChosen(event) {
    const coding = this.mine();
    if (!coding) return;
    this.pane.choose(null);
    if (this.act("uncode", { coding: coding.id }, event)) this.pane.say(`Removed “${this.pane.codeOf(coding.code).name}”; Ctrl+Z brings it back`);
  }

  resize(coding, span, event) {
    if (span.start === coding.start && span.end === coding.end) return;
    if (this.act("resize", { coding: coding.id, ...span, was_start: coding.start, was_end: coding.end }, event)) this.pane.say(`Extent kept: “${excerpt(this.pane.model.quotation(span), 60)}”`);
  }

  memo(coding, text, was) {
    if (this.act("memo", { coding: coding.id, text, was_text: was })) this.pane.say(text ? "Memo kept" : "Memo removed");
  }

  /** A change of a coding that was changed meanwhile: the coder sees both versions and says which one stands. */
  dispute({ kind, values }) {
    const { pane } = this;
    const coding = pane.model.shown.get(values.coding);
    if (!coding) return pane.notices.warn("Not done: the coding was removed meanwhile");
    const what = `This coding of “${excerpt(pane.model.quotation(coding), 60)}” was changed meanwhile.`;
    const ask = (now, mine, was) => pane.notices.ask(what, now, mine, () => this.act(kind, { ...values, ...was }));
    if (kind === "recode") return ask(pane.codeOf(coding.code).path, pane.codeOf(values.code).path, { was_code: coding.code });
    if (kind === "memo") return ask(coding.memo, values.text, { was_text: coding.memo });
    return ask(pane.model.quotation(coding), pane.model.quotation(values), { was_start: coding.start, was_end: coding.end });
  }

  // ---- suggestions ----

  decide(kind, suggestion, row, event) {
    const { pane } = this;
    const { from, to } = pane.model.rows[row];
    const id = kind === "take" ? { coding: crypto.randomUUID() } : { decision: crypto.randomUUID() };
    const { code, probability } = suggestion;
    if (!this.act(kind, { ...id, start: from, end: to, code, probability, model: pane.suggestionModel }, event)) return;
    if (kind === "take") this.used(code);
    pane.say(`${kind === "take" ? "Took" : "Refused"} “${pane.codeOf(code).name}”`);
  }

  decidePicked(kind, event) {
    const { pane } = this;
    const suggestion = pane.picked(pane.current);
    if (suggestion) this.decide(kind, suggestion, pane.current, event);
    else pane.say(pane.data.suggests ? "No suggestion for this passage; s goes to the next one" : "Suggestions are off");
  }

  take(event) {
    this.decidePicked("take", event);
  }

  refuse(event) {
    this.decidePicked("refuse", event);
  }

  // ---- reading, undo ----

  markRead() {
    const { pane } = this;
    if (this.act("read", { position: pane.model.passage(pane.current).end })) pane.say("Read to here");
  }

  undo() {
    if (this.act("undo", {})) this.pane.say(this.pane.data.undo && this.pane.queue.waiting === 1 ? `Undo: ${this.pane.data.undo}` : "Undo");
  }

  redo() {
    if (this.act("redo", {})) this.pane.say(this.pane.data.redo && this.pane.queue.waiting === 1 ? `Redo: ${this.pane.data.redo}` : "Redo");
  }
}

/** Times from key to screen and from key to store, for the browser's own profiler and for the benchmarks. */
function measure(what, start, end) {
  performance.measure(`redthread ${what}`, { start, end });
  if (performance.getEntriesByName(`redthread ${what}`).length > 500) performance.clearMeasures(`redthread ${what}`);
}
