// One coding: its code, who made it, why, its extent and its memo.

import { button, el, excerpt } from "./dom.js";
import { hold, place } from "./popover.js";
import { odds } from "./suggestions.js";

/**
 * Opens the editor of a coding beside a rectangle. `acts`: recode(), remove(), memo(text, was), move(side, step), keep(), copy(), closed().
 * Gives `{close, refresh(coding, span)}`; `span` is the extent being tried, or null.
 */
export function openEditor({ root, beside, coding, model, codeOf, coderOf, readOnly, acts }) {
  const mine = coding.coder === model.me && !readOnly;
  const code = codeOf(coding.code);
  const memo = el("textarea", { class: "rt-input rt-memo", rows: "3", placeholder: mine ? "Memo: what made you code it so?" : "Your memo on this coding", "aria-label": "Memo", dir: "auto", maxlength: "20000" });
  memo.value = coding.memo;
  let written = coding.memo;
  const save = () => {
    if (memo.value.trim() === written) return;
    const was = written;
    written = memo.value.trim();
    acts.memo(written, was);
  };
  memo.addEventListener("blur", save);
  const origin = coding.score !== null && coding.score !== undefined ? `${coding.origin} (${odds(coding.score)})` : coding.origin;
  const when = coding.created ? new Date(coding.created).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) : "";
  const quote = el("div", { class: "rt-quote", dir: "auto" });
  const keep = button("Keep this extent", acts.keep, { shows: "Keep", keys: "Enter", kind: "rt-primary" });
  const end = (side, step, shows, label, keys) => button(label, () => acts.move(side, step), { shows, keys, kind: "rt-small" });
  const extent = el("div", { class: "rt-extent", role: "group", "aria-label": "Extent" },
    el("span", { text: "Start" }), end("start", -1, "previous", "Start one word earlier", "Alt+Shift+←"), end("start", 1, "next", "Start one word later", "Alt+Shift+→"),
    el("span", { text: "End" }), end("end", -1, "previous", "End one word earlier", "Shift+←"), end("end", 1, "next", "End one word later", "Shift+→"), keep);
  const close = () => {
    if (!readOnly) save();
    document.removeEventListener("pointerdown", outside, true);
    box.remove();
    acts.closed();
  };
  const outside = (event) => {
    // A new selection in the text while the editor is open is a new extent being tried.
    if (!box.contains(event.target) && !event.target.closest?.(".rt-text, .rt-palette")) close();
  };
  const box = el("div", { class: "rt-popover rt-editor", role: "dialog", "aria-label": `Coding: ${code.path}`, colour: code.ink },
    el("div", { class: "rt-editor-head" },
      el("div", { class: "rt-editor-code", dir: "auto" }, code.path.length > code.name.length && el("span", { class: "rt-above", text: code.path.slice(0, -code.name.length) }), el("b", { text: code.name })),
      button("Close", () => close(), { shows: "close", keys: "Esc", kind: "rt-small" })),
    el("div", { class: "rt-editor-facts", text: [mine || coding.coder === model.me ? "you" : coderOf(coding.coder), origin, when].filter(Boolean).join(" · ") }),
    quote,
    ...coding.notes.map((note) => el("div", { class: "rt-note", dir: "auto" }, el("b", { text: `${coderOf(note.coder)}: ` }), note.text)),
    readOnly ? coding.memo && el("div", { class: "rt-note", text: coding.memo, dir: "auto" }) : memo,
    mine && extent,
    !readOnly && el("div", { class: "rt-actions" },
      mine && button("Change the code", acts.recode, { shows: "Change code", keys: "c" }),
      !mine && button("Code the same myself", acts.copy, { shows: "Code the same" }),
      el("span", { class: "rt-space" }),
      mine && button("Remove this coding", acts.remove, { shows: "Remove", keys: "Del", kind: "rt-danger" })));

  const refresh = (now, span) => {
    quote.textContent = `“${excerpt(model.quotation(span ?? now), 160)}”`;
    quote.classList.toggle("rt-trying", Boolean(span));
    keep.hidden = !span;
  };
  hold(box, (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close();
    }
  });
  root.append(box);
  refresh(coding, null);
  place(box, beside, root);
  document.addEventListener("pointerdown", outside, true);
  return { close, refresh, box, memo };
}
