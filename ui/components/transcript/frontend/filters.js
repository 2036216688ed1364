// Whose words, which codes, whose codings: what does not match is dimmed or not drawn.

import { button, count, el } from "./dom.js";
import { hold, place } from "./popover.js";
import { matching } from "./palette.js";

export class Filters {
  constructor() {
    this.speakers = new Set();
    this.codes = new Set();
    this.coders = new Set();
  }

  get active() {
    return this.speakers.size + this.codes.size + this.coders.size;
  }

  /** Whether a coding is drawn. */
  shows(coding) {
    return (!this.codes.size || this.codes.has(coding.code)) && (!this.coders.size || this.coders.has(coding.coder));
  }

  /** Whether the speaker of a row is one of those asked for. */
  hears(model, index) {
    return !this.speakers.size || this.speakers.has(model.speakerOf(index));
  }

  /** Whether a row stays bright: its speaker matches, and one of the codes asked for lies on it. */
  matches(model, index) {
    return this.hears(model, index) && (!this.codes.size || model.isCoded(index));
  }
}

/** Opens the window of filters; `changed()` after every choice. */
export function openFilters({ root, beside, filters, model, codes, coders, changed, closed }) {
  const section = (heading, chosen, entries) => entries.length > 1 && el("fieldset", { class: "rt-filter" }, el("legend", { text: heading }),
    ...entries.map(([id, name, ink, note]) => choice(chosen, id, name, ink, note)));
  const choice = (chosen, id, name, ink, note) => {
    const box = el("input", { type: "checkbox" });
    box.checked = chosen.has(id);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(id);
      else chosen.delete(id);
      changed();
    });
    return el("label", { class: ink ? "rt-check rt-coloured" : "rt-check", colour: ink }, box, el("span", { text: name, dir: "auto" }), note && el("small", { text: note }));
  };
  const tally = (of) => {
    const found = new Map();
    for (const coding of model.shown.values()) found.set(coding[of], (found.get(coding[of]) ?? 0) + 1);
    return found;
  };
  const byCode = tally("code");
  const byCoder = tally("coder");
  const used = [...codes.values()].filter((code) => byCode.has(code.id) || filters.codes.has(code.id));
  const search = el("input", { type: "text", class: "rt-input", placeholder: "Find a code", "aria-label": "Find a code", autocomplete: "off" });
  const list = el("div", { class: "rt-filter-codes" });
  const draw = () => list.replaceChildren(...matching(used.map((code) => ({ ...code, takes: true })), search.value, [])
    .map((code) => choice(filters.codes, code.id, code.path, code.ink, count(byCode.get(code.id) ?? 0, "coding"))));
  search.addEventListener("input", draw);
  draw();
  const close = () => {
    document.removeEventListener("pointerdown", outside, true);
    box.remove();
    closed();
  };
  const outside = (event) => {
    if (!box.contains(event.target) && !event.target.closest?.(".rt-filter-button")) close();
  };
  const box = el("div", { class: "rt-popover rt-filters", role: "dialog", "aria-label": "Filter" },
    section("Speakers", filters.speakers, model.speakers.map((name, index) => [index, name])),
    used.length > 0 && el("fieldset", { class: "rt-filter" }, el("legend", { text: "Codes" }), used.length > 8 && search, list),
    section("Coders", filters.coders, [...coders.values()].filter((coder) => byCoder.has(coder.id)).map((coder) => [coder.id, coder.id === model.me ? `${coder.name} (you)` : coder.name, null, count(byCoder.get(coder.id), "coding")])),
    el("div", { class: "rt-actions" }, button("Show everything", () => {
      for (const chosen of [filters.speakers, filters.codes, filters.coders]) chosen.clear();
      changed();
      close();
    }), el("span", { class: "rt-space" }), button("Done", () => close(), { kind: "rt-primary" })));
  hold(box, (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
  root.append(box);
  place(box, beside, root);
  (box.querySelector("input") ?? box.querySelector("button")).focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside, true);
  return { close, box };
}
