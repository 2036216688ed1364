// Between the browser's selection and positions in the document, and moving by word, sentence and passage.

const segmenters = new Map();

function segmenter(language, granularity) {
  const key = `${language}:${granularity}`;
  if (!segmenters.has(key)) {
    let locale;
    try {
      [locale] = Intl.getCanonicalLocales(language || "en");
    } catch {
      locale = "en";
    }
    segmenters.set(key, new Intl.Segmenter(locale, { granularity }));
  }
  return segmenters.get(key);
}

export class Places {
  constructor(model, painter) {
    this.model = model;
    this.painter = painter;
    this.cut = new Map();
  }

  // ---- between DOM and document ----

  /** Position in the document of a DOM point; null if it lies outside all rows. */
  position(node, offset) {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    const root = element?.closest(".rt-row");
    if (!root) return this.positionBetween(node, offset);
    const row = this.model.rows[Number(root.dataset.row)];
    const { text } = this.painter.rows[row.index];
    if (!text.contains(node)) {
      const before = text.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING || (node === root && offset <= 1);
      return before ? row.start : row.end;
    }
    const range = document.createRange();
    range.selectNodeContents(text);
    range.setEnd(node, offset);
    return row.start + range.toString().length;
  }

  /** A point on a turn's head or between turns: the start of the row after it. */
  positionBetween(node, offset) {
    const here = node.nodeType === Node.ELEMENT_NODE && node.childNodes[offset] ? node.childNodes[offset] : node;
    for (const { root } of this.painter.rows) {
      if (here === root || here.contains?.(root) || here.compareDocumentPosition(root) & Node.DOCUMENT_POSITION_FOLLOWING) return this.model.rows[Number(root.dataset.row)].start;
    }
    return this.model.rows.at(-1)?.end ?? null;
  }

  /** The browser's selection inside `container` as a span, or null. */
  selected(container) {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!container.contains(range.startContainer)) return null;
    const start = this.position(range.startContainer, range.startOffset);
    const end = container.contains(range.endContainer) ? this.position(range.endContainer, range.endOffset) : this.model.rows.at(-1).end;
    if (start === null || end === null || start >= end) return null;
    // White space and the labels between turns are trimmed away: a selection ending before a turn belongs to the one above.
    const last = this.model.rows[this.model.rowAt(Math.max(start, end - 1))];
    const first = this.model.rows[this.model.rowAt(start)];
    return this.model.trimmed(Math.max(start, first.start), Math.min(end, last.end));
  }

  /** DOM range of a span. */
  range({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.point(start, false));
    range.setEnd(...this.point(end, true));
    return range;
  }

  point(position, closing) {
    const index = this.model.rowAt(closing ? Math.max(0, position - 1) : position);
    const row = this.model.rows[index];
    const { text } = this.painter.rows[index];
    let left = Math.min(Math.max(0, position - row.start), row.end - row.start);
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left < node.length || (closing && left === node.length)) return [node, left];
      left -= node.length;
      last = node;
    }
    return last ? [last, last.length] : [text, 0];
  }

  // ---- moving ----

  /** Spans of the words or sentences of a row, in document positions. */
  units(index, granularity) {
    const key = `${granularity}:${index}`;
    if (!this.cut.has(key)) {
      if (this.cut.size > 60) this.cut.clear();
      const row = this.model.rows[index];
      const found = [];
      for (const piece of segmenter(this.model.language, granularity).segment(this.model.text.slice(row.start, row.end))) {
        if (granularity === "word" && !piece.isWordLike && !/\p{Extended_Pictographic}/u.test(piece.segment)) continue;
        const span = this.model.trimmed(row.start + piece.index, row.start + piece.index + piece.segment.length);
        if (span) found.push(span);
      }
      this.cut.set(key, found);
    }
    return this.cut.get(key);
  }

  /** The first unit that ends after the position, going down the rows; null at the end. */
  after(position, granularity) {
    for (let index = this.model.rowAt(position); index < this.model.rows.length; index += 1) {
      const unit = this.units(index, granularity).find((span) => span.end > position);
      if (unit) return unit;
    }
    return null;
  }

  /** The last unit that starts before the position, going up the rows; null at the start. */
  before(position, granularity) {
    for (let index = this.model.rowAt(Math.max(0, position - 1)); index >= 0; index -= 1) {
      const unit = this.units(index, granularity).findLast((span) => span.start < position);
      if (unit) return unit;
    }
    return null;
  }

  /** The span with one end moved by one unit; the span itself if that would empty it. */
  moved(span, side, step, granularity) {
    const { start, end } = span;
    if (side === "end") {
      const to = step > 0 ? this.after(end, granularity)?.end : this.lastEnd(end, granularity);
      return to !== undefined && to > start ? { start, end: to } : span;
    }
    const to = step < 0 ? this.before(start, granularity)?.start : this.firstStart(start, granularity);
    return to !== undefined && to < end ? { start: to, end } : span;
  }

  lastEnd(position, granularity) {
    for (let index = this.model.rowAt(Math.max(0, position - 1)); index >= 0; index -= 1) {
      const unit = this.units(index, granularity).findLast((span) => span.end < position);
      if (unit) return unit.end;
    }
    return undefined;
  }

  firstStart(position, granularity) {
    for (let index = this.model.rowAt(position); index < this.model.rows.length; index += 1) {
      const unit = this.units(index, granularity).find((span) => span.start > position);
      if (unit) return unit.start;
    }
    return undefined;
  }
}
