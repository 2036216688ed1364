// Suggested codes beside a passage, in words and numbers.

import { el, icon } from "./dom.js";

/** `8 in 10`; never a promise of none or all. */
export function odds(probability) {
  const tenths = Math.round(probability * 10);
  if (tenths < 1) return "under 1 in 10";
  return tenths > 9 ? "over 9 in 10" : `${tenths} in 10`;
}

/** The same as a word. */
export function likelihood(probability) {
  if (probability >= 0.9) return "very likely";
  if (probability >= 0.7) return "likely";
  if (probability >= 0.5) return "more likely than not";
  return probability >= 0.3 ? "possible" : "faint";
}

/** Chips for the suggestions of one passage; the picked one is the one that `a` and `x` speak of. */
export function offers(suggestions, picked, codeOf) {
  return suggestions.map((suggestion) => {
    const code = codeOf(suggestion.code);
    const said = `${code.name}, ${likelihood(suggestion.probability)}, ${odds(suggestion.probability)}`;
    const act = (does, name, label) => el("button", { type: "button", class: `rt-button rt-small rt-${does}`, title: label, "aria-label": `${label}: ${code.path}`, tabindex: "-1", data: { does, code: suggestion.code } }, icon(name));
    return el("div", { class: suggestion === picked ? "rt-offer rt-picked" : "rt-offer", role: "group", "aria-label": `Suggested: ${said}`, data: { offer: suggestion.code }, colour: code.ink, title: `${code.path}: ${likelihood(suggestion.probability)}` },
      el("span", { class: "rt-label", text: code.name, dir: "auto" }),
      el("span", { class: "rt-odds", text: odds(suggestion.probability) }),
      el("span", { class: "rt-decide" }, act("take", "take", "Take (a)"), act("refuse", "close", "Refuse (x)")));
  });
}
