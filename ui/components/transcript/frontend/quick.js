// After a selection by mouse: the codes used last and the picker, one click away.

import { button, el } from "./dom.js";
import { place } from "./popover.js";

const OFFERED = 3;

/** Shows the bar beside the selection; gives `{close, box}`. */
export function openQuick({ root, beside, codes, choose, more }) {
  const bar = el("div", { class: "rt-popover rt-quick", role: "toolbar", "aria-label": "Code the selection" },
    button("Choose a code", more, { shows: "code", keys: "Enter", kind: "rt-primary" }),
    ...codes.slice(0, OFFERED).map((code) => el("button", { type: "button", class: "rt-button rt-quick-code", title: code.path, colour: code.ink, on: { click: (event) => choose(code.id, event) } }, el("span", { class: "rt-label", text: code.name, dir: "auto" }))));
  // The selection must survive a press on the bar.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.firstChild.append(" Code…");
  root.append(bar);
  place(bar, beside, root);
  return { close: () => bar.remove(), box: bar };
}
