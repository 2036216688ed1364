// Drawing turns and rows. Only the rows that an operation touched are drawn again.

import { count, el } from "./dom.js";

const LAYERS = 3;
const LANES = 8;
const LANE_WIDTH = 6;
const NAMES = 4;

const KINDS = {
  "decision": "Decision",
  "action": "Action",
  "attendance": "Present",
  "header": "Page header",
  "footer": "Page footer",
  "machine-made summary": "Machine-made summary · not speech",
  "remark": "Remark",
};

// What frames a document comes in runs: only the first of a run is named.
const FRAMING = new Set(["attendance", "header", "footer"]);

/** `1:04:07`, `4:07`. */
export function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export class Painter {
  /** `codeOf(id)` and `coderOf(id)` name things; `suggest(row)` draws the suggestions of a row or gives null. */
  constructor(model, { codeOf, coderOf, suggest }) {
    Object.assign(this, { model, codeOf, coderOf, suggest });
    this.rows = [];
    this.expanded = new Set();
    this.chosen = null;
  }

  /** All turns, ready to be put into the page. */
  draw() {
    const page = document.createDocumentFragment();
    let rows = [];
    const flush = (turn) => {
      if (rows.length) page.append(this.turn(turn, rows));
      rows = [];
    };
    let current = null;
    for (const row of this.model.rows) {
      const turn = this.model.turns[row.turn];
      if (turn !== current && current) flush(current);
      current = turn;
      rows.push(row);
    }
    if (current) flush(current);
    for (let index = 0; index < this.model.rows.length; index += 1) this.paint(index);
    return page;
  }

  turn(turn, rows) {
    const speaker = turn.speaker >= 0 ? this.model.speakers[turn.speaker] : null;
    const time = turn.time >= 0 ? clock(turn.time) : null;
    const before = this.model.turns[turn.index - 1];
    const again = before?.kind === turn.kind;
    const kind = KINDS[turn.kind] ?? null;
    const label = [kind ?? (turn.kind === "heading" ? "Heading" : null), speaker, time].filter(Boolean).join(", ");
    const goesOn = again && before.speaker === turn.speaker && !time;
    const parts = [
      kind && !(again && FRAMING.has(turn.kind)) && el("span", { class: "rt-kind", text: kind }),
      speaker && !goesOn && el("b", { text: speaker, dir: "auto" }),
      time && el("time", { text: time }),
    ].filter(Boolean);
    const head = parts.length ? el("header", { class: "rt-head" }, ...parts) : null;
    const section = el("div", { role: "group", class: `rt-turn rt-${turn.kind.replace(/[^a-z]+/g, "-")}`, "aria-label": label || "Paragraph", data: { level: turn.level } }, head);
    for (const row of rows) section.append(this.row(row));
    return section;
  }

  row(row) {
    const lanes = el("div", { class: "rt-lanes", "aria-hidden": "true" });
    const text = el("p", { class: "rt-text", dir: "auto", lang: this.model.language });
    const names = el("ul", { class: "rt-names" });
    const offers = el("div", { class: "rt-offers" });
    const root = el("div", { class: "rt-row", tabindex: "-1", role: "group", "aria-roledescription": "passage", data: { row: row.index } },
      lanes, text, el("div", { class: "rt-side" }, names, offers));
    this.rows[row.index] = { root, lanes, text, names, offers };
    return root;
  }

  paint(index) {
    const codings = this.model.codingsAt(index);
    this.paintText(index, codings);
    this.paintLanes(index, codings);
    this.paintNames(index, codings);
    this.paintOffers(index, codings);
  }

  extent(coding, row) {
    return [Math.max(coding.start, row.start), Math.min(coding.end, row.end)];
  }

  paintText(index, codings) {
    const row = this.model.rows[index];
    const { text } = this.model;
    const place = this.rows[index].text;
    const drawn = codings.map((coding) => [coding, ...this.extent(coding, row)]).filter(([, start, end]) => start < end);
    if (!drawn.length) {
      if (place.childElementCount || !place.firstChild) place.textContent = text.slice(row.start, row.end);
      return;
    }
    const cuts = [...new Set([row.start, row.end, ...drawn.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
    const pieces = document.createDocumentFragment();
    for (let at = 0; at + 1 < cuts.length; at += 1) {
      const [start, end] = [cuts[at], cuts[at + 1]];
      const over = drawn.filter(([, from, to]) => from <= start && to >= end).map(([coding]) => coding);
      const words = text.slice(start, end);
      pieces.append(over.length ? this.mark(words, over) : words);
    }
    place.replaceChildren(pieces);
  }

  mark(words, codings) {
    const colours = [...new Set(codings.map((coding) => this.codeOf(coding.code).ink))].slice(0, LAYERS);
    const chosen = codings.some((coding) => coding.id === this.chosen);
    const mark = el("mark", { class: chosen ? "rt-mark rt-chosen" : "rt-mark", text: words });
    mark.style.backgroundImage = colours.map((ink) => `linear-gradient(color-mix(in srgb, ${ink} var(--rt-tint), transparent) 0 0)`).join(",");
    mark.style.boxShadow = colours.map((ink, layer) => `0 ${2 * (layer + 1)}px 0 ${ink}`).join(",");
    if (chosen) mark.style.setProperty("--rt-colour", this.codeOf(codings.find((coding) => coding.id === this.chosen).code).ink);
    return mark;
  }

  paintLanes(index, codings) {
    const row = this.model.rows[index];
    const length = row.end - row.start;
    this.rows[index].lanes.replaceChildren(...codings.map((coding) => {
      const [start, end] = this.extent(coding, row);
      const stripe = el("i", { class: coding.id === this.chosen ? "rt-stripe rt-chosen" : "rt-stripe", title: this.title(coding), data: { coding: coding.id }, colour: this.codeOf(coding.code).ink });
      const top = Math.max(0, (start - row.start) / length);
      const height = Math.max(0, (end - start) / length);
      stripe.style.top = `${top * 100}%`;
      stripe.style.height = `max(10px, ${height * 100}%)`;
      stripe.style.right = `${Math.min(this.model.lanes.get(coding.id), LANES - 1) * LANE_WIDTH}px`;
      return stripe;
    }));
  }

  paintNames(index, codings) {
    const starting = codings.filter((coding) => this.model.rowAt(coding.start) === index);
    const all = this.expanded.has(index) || starting.length <= NAMES + 1;
    const named = all ? starting : starting.slice(0, NAMES);
    const items = named.map((coding) => el("li", {}, this.name(coding)));
    if (!all) {
      const more = `+${starting.length - NAMES}`;
      items.push(el("li", {}, el("button", { type: "button", class: "rt-more", text: more, title: "Show all codings of this passage", tabindex: "-1", data: { more: index } })));
    }
    this.rows[index].names.replaceChildren(...items);
  }

  name(coding) {
    const code = this.codeOf(coding.code);
    const other = coding.coder === this.model.me ? null : this.coderOf(coding.coder);
    return el("button", { type: "button", class: coding.id === this.chosen ? "rt-name rt-chosen" : "rt-name", title: this.title(coding), tabindex: "-1", "aria-haspopup": "dialog", data: { coding: coding.id }, colour: code.ink },
      el("span", { class: "rt-label", text: code.name, dir: "auto" }),
      other && el("span", { class: "rt-initials", text: initials(other) }),
      (coding.memo || coding.notes.length > 0) && el("span", { class: "rt-has-memo", "aria-label": "with a memo", text: "✎" }));
  }

  title(coding) {
    const who = coding.coder === this.model.me ? "you" : this.coderOf(coding.coder);
    return `${this.codeOf(coding.code).path}\n${who}${coding.memo ? `\n\n${coding.memo}` : ""}`;
  }

  paintOffers(index, codings) {
    const { root, offers } = this.rows[index];
    const drawn = this.suggest(index);
    if (drawn || offers.firstChild) offers.replaceChildren(...(drawn ?? []));
    root.classList.toggle("rt-read", this.model.rows[index].start < this.model.read);
    const said = [`Passage ${index + 1} of ${this.model.rows.length}`];
    if (codings.length) said.push(`${count(codings.length, "coding")}: ${codings.map((coding) => this.codeOf(coding.code).name).join(", ")}`);
    if (drawn?.length) said.push(count(drawn.length, "suggestion"));
    root.setAttribute("aria-label", said.join(". "));
  }
}

/** Up to two letters for a name. */
function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  return (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => [...word][0]?.toUpperCase() ?? "").join("");
}
