// The line above the transcript: what one can do, and whether everything is saved.

import { button, count, el } from "./dom.js";

export class Toolbar {
  constructor(pane) {
    this.pane = pane;
    this.undo = button("Undo", () => pane.acts.undo(), { shows: "undo", keys: "Ctrl+Z" });
    this.redo = button("Redo", () => pane.acts.redo(), { shows: "redo", keys: "Ctrl+Shift+Z" });
    this.uncoded = button("Next uncoded passage", () => pane.nextUncoded(1), { shows: "Next uncoded", keys: "n" });
    this.suggestion = button("Next suggestion", () => pane.nextSuggestion(1), { shows: "Next suggestion", keys: "s" });
    this.evidence = button("Evidence for the suggestion", () => pane.toggleEvidence(), { shows: "Evidence", keys: "e", kind: "rt-toggle" });
    this.filter = button("Filter by speaker, code or coder", () => pane.openFilters(), { shows: "Filter", keys: "f", kind: "rt-toggle rt-filter-button" });
    this.help = button("Keys", () => pane.toggleHelp(), { shows: "?", keys: "?" });
    this.state = el("span", { class: "rt-state" });
    this.root = el("div", { class: "rt-bar", role: "toolbar", "aria-label": "Transcript" },
      this.undo, this.redo, el("i", { class: "rt-rule" }), this.uncoded, this.suggestion, this.evidence, el("i", { class: "rt-rule" }), this.filter,
      el("span", { class: "rt-space" }), this.state, this.help);
  }

  /** Shows the state of things anew. */
  refresh() {
    const { data, model, queue, filters } = this.pane;
    for (const [control, what, verb] of [[this.undo, data.undo, "Undo"], [this.redo, data.redo, "Redo"]]) {
      control.hidden = data.readOnly;
      control.disabled = what === null && !queue.waiting;
      control.title = what ? `${verb}: ${what}` : verb;
    }
    this.suggestion.hidden = this.evidence.hidden = !data.suggests;
    this.evidence.setAttribute("aria-pressed", String(this.pane.evidenceOpen));
    this.filter.setAttribute("aria-pressed", String(filters.active > 0));
    this.filter.lastChild.textContent = filters.active ? `Filter · ${filters.active}` : "Filter";
    const read = model.text.length ? Math.round((100 * model.read) / model.text.length) : 0;
    const saved = data.readOnly ? "read only" : queue.waiting ? (queue.retries || data.trouble ? `${queue.waiting} not saved yet` : "saving…") : "saved";
    const said = [count(model.shown.size, "coding"), read ? `${Math.min(100, read)} % read` : null, saved].filter(Boolean);
    this.state.textContent = said.join(" · ");
    this.state.classList.toggle("rt-unsaved", Boolean(queue.waiting && (queue.retries || data.trouble)));
    this.pane.root.dataset.pending = queue.waiting;
  }
}
