// What happened, said to the eye and to a screen reader.

import { button, el } from "./dom.js";

const BRIEFLY = 2600;

export class Notices {
  constructor() {
    this.live = el("div", { class: "rt-live", role: "status", "aria-live": "polite" });
    this.toast = el("div", { class: "rt-toast", "aria-hidden": "true" });
    this.alert = el("div", { class: "rt-alerts", role: "alert" });
  }

  /** Something went as it should. */
  say(text) {
    this.live.textContent = text;
    this.toast.textContent = text;
    this.toast.classList.add("rt-seen");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.toast.classList.remove("rt-seen"), BRIEFLY);
  }

  /** Something did not; it stays until it is closed. */
  warn(text) {
    const note = el("div", { class: "rt-alert" }, el("span", { text, dir: "auto" }), button("Close", () => note.remove(), { shows: "close", kind: "rt-small" }));
    this.alert.append(note);
    while (this.alert.childElementCount > 3) this.alert.firstChild.remove();
  }

  /** Something was changed by two: both versions, and which one shall stand. It stays until that is said. */
  ask(text, now, mine, takeMine) {
    const close = () => note.remove();
    const version = (label, words) => el("div", { class: "rt-version" }, el("b", { text: label }), el("span", { text: words || "nothing", dir: "auto" }));
    const choose = (label, kind, act) => button(label, () => { close(); act(); }, { shows: label, kind });
    const note = el("div", { class: "rt-alert rt-dispute", role: "group", "aria-label": text },
      el("div", {}, el("span", { text, dir: "auto" }), version("Now: ", now), version("Yours: ", mine)),
      choose("Keep what is there", "rt-small", () => {}), choose("Take mine", "rt-primary", takeMine));
    this.alert.append(note);
  }
}
