// Why a code is suggested here: the quotations that speak for it, the refused one most like it, its definition, its words.

import { button, el, excerpt } from "./dom.js";
import { likelihood, odds } from "./suggestions.js";

const LENGTH = 190;

export class Evidence {
  /** `ask(passage, code)` fetches, `go(document, position)` opens a quotation's place, `define(code)` the codebook's, `closed()` hides the dock. */
  constructor({ ask, go, define, closed }) {
    Object.assign(this, { ask, go, define });
    this.known = new Map();
    this.body = el("div", { class: "rt-why-body" });
    this.title = el("div", { class: "rt-why-title" });
    this.root = el("aside", { class: "rt-why", "aria-label": "Why this suggestion" },
      el("div", { class: "rt-why-head" }, this.title, button("Hide the evidence", closed, { shows: "close", keys: "e", kind: "rt-small" })), this.body);
    this.wanted = null;
  }

  forget() {
    this.known.clear();
  }

  /** Shows what is known of a suggestion and asks for the rest; null: nothing is suggested here. */
  show(passage, suggestion, code) {
    clearTimeout(this.timer);
    this.root.classList.toggle("rt-nothing", !suggestion);
    if (!suggestion) {
      this.wanted = null;
      this.title.replaceChildren(el("span", { class: "rt-muted", text: "No suggestion for this passage" }));
      this.body.replaceChildren();
      return;
    }
    this.wanted = `${passage}:${suggestion.code}`;
    this.title.replaceChildren(el("span", { class: "rt-why-code", colour: code.ink, dir: "auto" }, el("b", { text: code.name })),
      el("span", { text: `${likelihood(suggestion.probability)} · ${odds(suggestion.probability)}` }));
    const known = this.known.get(this.wanted);
    if (known) return this.draw(known);
    this.body.replaceChildren(el("div", { class: "rt-muted", text: "Looking…" }));
    this.timer = setTimeout(() => this.ask(passage, suggestion.code), 120);
  }

  /** What the server answered. */
  hear(evidence) {
    if (this.known.size > 200) this.known.clear();
    const key = `${evidence.passage}:${evidence.code}`;
    this.known.set(key, evidence);
    if (key === this.wanted) this.draw(evidence);
  }

  draw(evidence) {
    const parts = [];
    const say = (heading, ...content) => parts.push(el("div", { class: "rt-why-part" }, el("h4", { text: heading }), ...content));
    if (evidence.quotations.length) say("Most like what was coded so", ...evidence.quotations.map((quotation) => this.quotation(quotation)));
    if (evidence.refused) say("Most like what was refused", this.quotation(evidence.refused));
    if (evidence.definition || evidence.words.length || evidence.note) {
      say("What it rests on",
        evidence.definition && this.definition(evidence),
        evidence.words.length > 0 && el("p", { class: "rt-why-words" }, ...evidence.words.map((word) => el("span", { text: word }))),
        evidence.note && el("p", { class: "rt-muted", text: evidence.note }));
    }
    this.body.replaceChildren(...(parts.length ? parts : [el("div", { class: "rt-muted", text: "No evidence was given for this suggestion." })]));
  }

  definition({ definition, code }) {
    return el("button", { type: "button", class: "rt-link", title: "Open the code in the codebook", on: { click: () => this.define(code) } },
      el("span", { class: "rt-link-text", text: definition, dir: "auto" }), el("span", { class: "rt-link-place", text: "Codebook" }));
  }

  quotation({ text, document, name, position, likeness }) {
    return el("button", { type: "button", class: "rt-link", title: `Open ${name}`, on: { click: () => this.go(document, position) } },
      el("span", { class: "rt-link-text", text: `“${excerpt(text, LENGTH)}”`, dir: "auto" }),
      el("span", { class: "rt-link-place", text: likeness === null ? name : `${name} · ${Math.round(likeness * 100)} % alike`, dir: "auto" }));
  }
}
