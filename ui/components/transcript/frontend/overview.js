// The whole document at a glance: a strip beside the scroll bar with what is coded, what is read, and where one is.

import { el } from "./dom.js";

export class Overview {
  constructor(model, codeOf, go) {
    this.model = model;
    this.codeOf = codeOf;
    this.canvas = el("canvas", { class: "rt-overview", "aria-hidden": "true", title: "Click to go there" });
    this.canvas.addEventListener("click", (event) => {
      const { top, height } = this.canvas.getBoundingClientRect();
      go(model.rowAt(Math.round(((event.clientY - top) / height) * model.text.length)));
    });
  }

  /** Draws at the next quiet moment. */
  later(current) {
    this.current = current;
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = null;
      this.draw();
    }, 180);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const scale = devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const length = Math.max(1, this.model.text.length);
    const at = (position) => (position / length) * height;
    const style = getComputedStyle(this.canvas);
    pen.fillStyle = style.borderLeftColor;
    pen.fillRect(0, 0, 2, at(this.model.read));
    for (const coding of this.model.shown.values()) {
      if (!this.model.shows(coding)) continue;
      pen.globalAlpha = 0.55;
      pen.fillStyle = this.codeOf(coding.code).ink;
      pen.fillRect(4, at(coding.start), width - 6, Math.max(1.2, at(coding.end) - at(coding.start)));
    }
    pen.globalAlpha = 1;
    const row = this.model.rows[this.current];
    if (!row) return;
    pen.strokeStyle = style.color;
    pen.lineWidth = 1.5;
    const top = Math.max(1, at(row.start) - 2);
    const bottom = Math.min(height - 1, Math.max(top + 5, at(row.end) + 2));
    pen.strokeRect(1, Math.min(top, bottom - 5), width - 2, Math.max(5, bottom - top));
  }
}
