// The picker of codes: type any part of a path, Enter codes, Shift+Enter codes and stays.

import { el, excerpt } from "./dom.js";
import { hold, place } from "./popover.js";

const IN_VIVO = 60;
const SEPARATOR = " / ";
const PAUSE = 250;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLocaleLowerCase();

const LITTLE = new Set(["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]);

/** What a name says, whatever the order of its words, little words and plurals. */
function said(name) {
  const words = plain(name).match(/[\p{L}\p{N}_]+/gu) ?? [];
  const telling = words.filter((word) => !LITTLE.has(word)).map((word) => word.replace(/s$/, ""));
  return [...new Set(telling.length ? telling : words)].sort().join(" ");
}

/** Codes whose names say the same as a new one's. */
export const alike = (codes, name) => codes.filter((code) => code.takes && said(code.name) === said(name));

/** Codes that take codings and match every word of the query; recently used first, then the best match. */
export function matching(codes, query, recent) {
  const words = plain(query).split(/[\s/]+/).filter(Boolean);
  const found = [];
  for (const code of codes) {
    if (!code.takes) continue;
    const path = plain(code.path);
    if (!words.every((word) => path.includes(word))) continue;
    const name = plain(code.name);
    const fit = !words.length ? 0 : name === words.join(" ") ? 0 : name.startsWith(words[0]) ? 1 : words.some((word) => name.includes(word)) ? 2 : 3;
    const used = recent.indexOf(code.id);
    found.push({ code, fit, used: used < 0 ? Infinity : used });
  }
  return found.sort((a, b) => a.fit - b.fit || (a.used === b.used ? 0 : a.used - b.used)).map(({ code }) => code);
}

/**
 * Opens the picker. `choose(code, stay, event)` codes; `create({name, parent}, event)` makes a code and codes with it
 * (null: no new codes here); `applied(code)` says whether the code already lies there. `compare(name)` asks for codes of
 * the same meaning (null: nobody can tell), and what is answered comes to `hear`.
 */
export function openPalette({ root, beside, codes, recent, words, choose, create, applied, compare, closed, title = "Code" }) {
  let at = 0;
  let rows = [];
  const known = new Map();
  let pausing = null;
  const input = el("input", { type: "text", class: "rt-input", placeholder: "Find a code by any part of its path", role: "combobox", "aria-expanded": "true", "aria-controls": "rt-choices", "aria-label": "Find a code", autocomplete: "off", spellcheck: "false" });
  const list = el("ul", { class: "rt-choices", id: "rt-choices", role: "listbox", "aria-label": "Codes" });
  const brief = el("div", { class: "rt-brief" });
  const box = el("div", { class: "rt-popover rt-palette", role: "dialog", "aria-label": title },
    el("div", { class: "rt-quote", dir: "auto" }, el("b", { text: `${title}: ` }), words ? `“${excerpt(words, 110)}”` : ""),
    input, list, brief,
    el("div", { class: "rt-hints" }, el("kbd", { text: "↵" }), " code", el("kbd", { text: "⇧↵" }), " code and stay", el("kbd", { text: "esc" }), " close"));

  const close = () => {
    document.removeEventListener("pointerdown", outside, true);
    clearTimeout(pausing);
    box.remove();
    closed();
  };
  const outside = (event) => {
    if (!box.contains(event.target)) close();
  };

  const newCode = () => {
    const typed = input.value.trim();
    if (!create) return null;
    if (!typed) return words && words.length <= IN_VIVO && !words.includes("\n") ? { name: words.replaceAll(SEPARATOR, " - ").trim(), parent: null, inVivo: true } : null;
    const cut = typed.lastIndexOf(SEPARATOR);
    const above = cut > 0 ? codes.find((code) => plain(code.path) === plain(typed.slice(0, cut).trim())) : null;
    const name = (above ? typed.slice(cut + SEPARATOR.length) : typed.replaceAll(SEPARATOR, " - ")).trim();
    if (!name || codes.some((code) => code.parent === (above?.id ?? null) && plain(code.name) === plain(name))) return null;
    return { name, parent: above?.id ?? null, under: above };
  };

  const draw = () => {
    rows = matching(codes, input.value, recent()).map((code) => ({ code }));
    const made = newCode();
    if (made) rows.push({ made });
    at = Math.min(at, Math.max(0, rows.length - 1));
    list.replaceChildren(...rows.map(({ code, made: fresh }, index) => {
      const above = code ? code.path.slice(0, code.path.length - code.name.length) : "";
      const face = code
        ? [el("span", { class: "rt-choice-name", dir: "auto" }, above && el("span", { class: "rt-above", text: above }), el("b", { text: code.name })),
          applied(code) && el("span", { class: "rt-applied", text: "coded" }), code.key && el("kbd", { text: code.key })]
        : [el("span", { class: "rt-choice-name" }, fresh.inVivo ? "New code in their words: " : "New code: ", fresh.under && el("span", { class: "rt-above", text: fresh.under.path + SEPARATOR }), el("b", { text: fresh.name, dir: "auto" }))];
      return el("li", { id: `rt-choice-${index}`, role: "option", class: code ? "rt-choice" : "rt-choice rt-new", "aria-selected": String(index === at), colour: code?.ink,
        on: { mousedown: (event) => event.preventDefault(), click: (event) => pick(index, event.shiftKey, event), mousemove: () => index !== at && move(index) } }, ...face);
    }));
    if (!rows.length) list.append(el("li", { class: "rt-none", text: "No code matches; try fewer letters." }));
    point();
  };
  const point = () => {
    const { code, made } = rows[at] ?? {};
    const there = made ? [...new Set([...alike(codes, made.name), ...(known.get(made.name) ?? [])])].map((each) => each.path) : [];
    clearTimeout(pausing);
    if (made && compare && !known.has(made.name)) pausing = setTimeout(() => compare(made.name), PAUSE);
    const joins = there.length ? `Much like what is there: ${there.join("; ")}. Is it another?` : "It joins the codebook at once; give it a definition there later.";
    brief.textContent = code?.brief || (made ? joins : "");
    brief.hidden = !brief.textContent;
    input.setAttribute("aria-activedescendant", rows.length ? `rt-choice-${at}` : "");
  };
  const move = (to) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = Math.max(0, Math.min(rows.length - 1, to));
    list.children[at]?.setAttribute("aria-selected", "true");
    list.children[at]?.scrollIntoView({ block: "nearest" });
    point();
  };
  const pick = (index, stay, event) => {
    const row = rows[index];
    if (!row) return;
    if (!stay) close();
    if (row.code) choose(row.code.id, stay, event);
    else create(row.made, event);
    if (stay) {
      input.select();
      draw();
    }
  };

  input.addEventListener("input", () => {
    at = 0;
    draw();
    list.scrollTop = 0;
  });
  hold(box, (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) move(at + step);
    else if (event.key === "Enter") pick(at, event.shiftKey, event);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
  });
  root.append(box);
  draw();
  place(box, beside, root);
  input.focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside, true);
  const hear = ({ name, codes: found }) => {
    known.set(name, found.map((id) => codes.find((code) => code.id === id)).filter(Boolean));
    point();
  };
  return { close, box, input, hear };
}
