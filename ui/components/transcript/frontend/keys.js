// Every key of the transcript in one table; the help sheet is drawn from it.

import { button, el } from "./dom.js";
import { hold } from "./popover.js";

const on = (keys, shown, does, act, { shift = null, alt = false, ctrl = false } = {}) => ({ keys, shown, does, act, shift, alt, ctrl });

/** Groups of bindings. `shift: null` takes the key with or without Shift. */
export const BINDINGS = [
  ["Move", [
    on(["j", "ArrowDown"], "j  ↓", "next passage", (pane) => pane.step(1), { shift: false }),
    on(["k", "ArrowUp"], "k  ↑", "passage before", (pane) => pane.step(-1), { shift: false }),
    on(["n"], "n", "next uncoded passage", (pane) => pane.nextUncoded(1), { shift: false }),
    on(["N"], "N", "uncoded passage before", (pane) => pane.nextUncoded(-1)),
    on(["s"], "s", "next suggestion", (pane) => pane.nextSuggestion(1), { shift: false }),
    on(["S"], "S", "suggestion before", (pane) => pane.nextSuggestion(-1)),
    on(["PageDown"], "PgDn", "ten passages on", (pane) => pane.step(10)),
    on(["PageUp"], "PgUp", "ten passages back", (pane) => pane.step(-10)),
    on(["Home"], "Home", "first passage", (pane) => pane.go(0)),
    on(["End"], "End", "last passage", (pane) => pane.go(Infinity)),
  ]],
  ["Select", [
    on(["ArrowRight"], "→", "select the next word", (pane) => pane.selectWord(1), { shift: false }),
    on(["ArrowLeft"], "←", "select the word before", (pane) => pane.selectWord(-1), { shift: false }),
    on(["ArrowRight"], "⇧→", "end: one word more", (pane) => pane.extend("end", 1, "word"), { shift: true }),
    on(["ArrowLeft"], "⇧←", "end: one word less", (pane) => pane.extend("end", -1, "word"), { shift: true }),
    on(["ArrowRight"], "Alt⇧→", "start: one word later", (pane) => pane.extend("start", 1, "word"), { shift: true, alt: true }),
    on(["ArrowLeft"], "Alt⇧←", "start: one word earlier", (pane) => pane.extend("start", -1, "word"), { shift: true, alt: true }),
    on(["ArrowDown"], "⇧↓", "one sentence more", (pane) => pane.extend("end", 1, "sentence"), { shift: true }),
    on(["ArrowUp"], "⇧↑", "one sentence less", (pane) => pane.extend("end", -1, "sentence"), { shift: true }),
    on(["v"], "v", "select the passage; again: the next one too", (pane) => pane.selectPassage()),
    on(["Escape"], "Esc", "select nothing", (pane) => pane.clear()),
  ]],
  ["Code", [
    on(["Enter"], "↵", "choose a code for the selection or the passage", (pane, event) => pane.enter(event)),
    on(["1", "2", "3", "4", "5", "6", "7", "8", "9"], "1–9", "the codes with these keys", (pane, event) => pane.acts.codeByKey(event)),
    on(["a"], "a", "take the suggestion", (pane, event) => pane.acts.take(event)),
    on(["x"], "x", "refuse the suggestion", (pane, event) => pane.acts.refuse(event)),
    on(["e"], "e", "show or hide the evidence", (pane) => pane.toggleEvidence()),
    on(["m"], "m", "read to here", (pane) => pane.acts.markRead()),
  ]],
  ["A coding", [
    on(["]", "."], "]  .", "next coding of the passage", (pane) => pane.chooseCoding(1)),
    on(["[", ","], "[  ,", "coding before", (pane) => pane.chooseCoding(-1)),
    on(["c"], "c", "change its code", (pane) => pane.acts.recodeChosen()),
    on(["Delete", "Backspace"], "Del", "remove it", (pane) => pane.acts.removeChosen()),
    on(["z"], "Ctrl Z", "undo", (pane) => pane.acts.undo(), { ctrl: true, shift: false }),
    on(["z", "Z"], "Ctrl ⇧Z", "redo", (pane) => pane.acts.redo(), { ctrl: true, shift: true }),
    on(["y"], "", "", (pane) => pane.acts.redo(), { ctrl: true, shift: false }),
  ]],
  ["Else", [
    on(["f"], "f", "filter", (pane) => pane.openFilters()),
    on(["?"], "?", "this sheet", (pane) => pane.toggleHelp()),
  ]],
];

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const ALL = BINDINGS.flatMap(([, bindings]) => bindings);
// Streamlit listens to these on the whole page: clear caches, rerun.
const SWALLOWED = new Set(["c", "r", "C", "R"]);

/** What a key press in the transcript does, if anything. */
export function handle(pane, event) {
  if (event.isComposing || event.target.closest("input, textarea, select")) return;
  // On many keyboards brackets need AltGr, which some systems report as Ctrl and Alt.
  const graph = event.getModifierState("AltGraph");
  const ctrl = !graph && (event.ctrlKey || event.metaKey);
  const alted = !graph && event.altKey;
  const found = ALL.find(({ keys, shift, alt, ctrl: wants }) =>
    keys.includes(event.key) && wants === ctrl && alt === alted && (shift === null || shift === event.shiftKey));
  // Enter and Space on a button press the button.
  const onButton = event.target.closest("button") && (event.key === "Enter" || event.key === " ");
  if (found && !onButton) {
    event.preventDefault();
    event.stopPropagation();
    found.act(pane, event);
  } else if (!ctrl && (SWALLOWED.has(event.key) || onButton)) event.stopPropagation();
}

/** The sheet of keys. */
export function helpSheet(close) {
  const sheet = el("div", { class: "rt-popover rt-help", role: "dialog", "aria-label": "Keys" },
    el("div", { class: "rt-editor-head" }, el("b", { text: "Keys" }), button("Close", close, { shows: "close", keys: "Esc", kind: "rt-small" })),
    el("div", { class: "rt-help-groups" }, ...BINDINGS.map(([title, bindings]) => el("section", {}, el("h4", { text: title }),
      el("dl", {}, ...bindings.filter(({ shown }) => shown).flatMap(({ shown, does }) => [el("dt", {}, ...shown.split(/ {2}/).map((key) => el("kbd", { text: IS_MAC ? key.replace("Ctrl ", "⌘") : key }))), el("dd", { text: does })]))))),
    el("p", { class: "rt-muted", text: "With nothing selected, the current passage is what a code goes on. With a coding open, the selecting keys move its ends; Enter keeps the new extent." }));
  return hold(sheet, (event) => {
    if (event.key !== "Escape" && event.key !== "?") return;
    event.preventDefault();
    close();
  });
}
