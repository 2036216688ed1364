// What lies on the document: what the server has confirmed, and the pending operations laid over it.
//
// What is shown is always `confirmed` with the pending operations folded in. An acknowledged or refused operation simply
// leaves the queue; the codings it touched are folded anew, so a refused one is undrawn without any code for that case.
// All positions are UTF-16 units of the document's text.

const byPlace = (a, b) => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : 1);

const VISIBLE = ["start", "end", "code", "coder", "memo", "score"];

function looksAs(a, b) {
  return VISIBLE.every((field) => a[field] === b[field]) && a.notes.length === b.notes.length;
}

/** Index of the last row that starts at or before the position. */
function lastStart(rows, position) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].start <= position) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

export class Model {
  constructor(page, me) {
    this.me = me;
    this.id = page.document;
    this.name = page.name;
    this.language = page.language;
    this.text = page.text;
    this.sha256 = page.sha256;
    this.speakers = page.speakers;
    this.turns = page.turns.map(([start, end, kind, speaker, time, level], index) => ({ index, start, end, kind, speaker, time, level }));
    this.rows = page.rows.map(([start, end, turn, passage, from, to], index) => ({ index, start, end, turn, passage, from, to }));
    this.rowOfPassage = new Map(this.rows.filter((row) => row.passage >= 0).map((row) => [row.passage, row.index]));
    this.revision = -1;
    this.confirmed = new Map();
    this.refused = new Map();
    this.confirmedRead = 0;
    this.pending = [];
    this.shown = new Map();
    this.byRow = this.rows.map(() => new Set());
    this.lanes = new Map();
    this.suggested = new Map();
    this.shows = () => true;
  }

  // ---- places ----

  rowAt(position) {
    return lastStart(this.rows, position);
  }

  rowsOf({ start, end }) {
    const first = lastStart(this.rows, start);
    const last = Math.max(first, lastStart(this.rows, Math.max(start, end - 1)));
    return { first, last };
  }

  quotation({ start, end }) {
    return this.text.slice(start, end);
  }

  /** The span without white space at its ends, or null. */
  trimmed(start, end) {
    while (start < end && /\s/.test(this.text[start])) start += 1;
    while (end > start && /\s/.test(this.text[end - 1])) end -= 1;
    return start < end ? { start, end } : null;
  }

  /** The passage of a row as a span; the whole row where nothing was segmented. */
  passage(index) {
    const row = this.rows[index];
    return row.passage >= 0 ? { start: row.from, end: row.to } : { start: row.start, end: row.end };
  }

  speakerOf(index) {
    return this.turns[this.rows[index].turn].speaker;
  }

  // ---- what the server said ----

  /** Everything anew: the confirmed state of one revision. */
  rebase(base) {
    this.revision = base.revision;
    this.confirmed = new Map(base.codings.map((coding) => [coding.id, coding]));
    this.refused = new Map(base.refusals.map((refusal) => [refusal.id, refusal]));
    this.confirmedRead = base.read;
    this.shown.clear();
    this.lanes.clear();
    for (const row of this.byRow) row.clear();
    const ids = new Set(this.confirmed.keys());
    for (const operation of this.pending) if (operation.values.coding) ids.add(operation.values.coding);
    const all = [...ids].map((id) => this.folded(id)).filter(Boolean).sort(byPlace);
    for (const coding of all) this.put(coding);
  }

  /** What changed since a revision. Gives the rows to paint anew. */
  advance(changes, pending) {
    const touched = new Set(changes.codings.map((coding) => coding.id));
    for (const coding of changes.codings) this.confirmed.set(coding.id, coding);
    for (const refusal of changes.refusals) this.refused.set(refusal.id, refusal);
    for (const id of changes.gone) {
      if (this.confirmed.delete(id)) touched.add(id);
      this.refused.delete(id);
    }
    const rows = new Set();
    for (const refusal of changes.refusals) rows.add(this.rowAt(refusal.start));
    if (changes.read !== null) this.confirmedRead = changes.read;
    this.revision = changes.revision;
    return this.settle(pending, touched, rows);
  }

  /** The queue has changed: fold anew what its operations touched before or touch now. */
  settle(pending, touched = new Set(), rows = new Set()) {
    for (const operation of [...this.pending, ...pending]) {
      if (operation.values.coding) touched.add(operation.values.coding);
      else if (operation.values.start !== undefined) rows.add(this.rowAt(operation.values.start));
    }
    this.pending = pending;
    for (const id of touched) for (const row of this.refold(id)) rows.add(row);
    return rows;
  }

  // ---- folding ----

  folded(id) {
    let coding = this.confirmed.get(id) ?? null;
    for (const operation of this.pending) {
      if (operation.values.coding !== id) continue;
      const { kind, values } = operation;
      if (kind === "code" || kind === "take") {
        coding ??= { id, start: values.start, end: values.end, code: values.code, coder: this.me, memo: "", notes: [], created: "",
          origin: kind === "take" ? "suggestion taken" : "by hand", score: values.probability ?? null };
      } else if (coding === null) continue;
      else if (kind === "uncode") coding = null;
      else if (kind === "recode") coding = { ...coding, code: values.code };
      else if (kind === "resize") coding = { ...coding, start: values.start, end: values.end };
      else if (kind === "memo") coding = { ...coding, memo: values.text };
    }
    return coding;
  }

  refold(id) {
    const rows = [];
    const before = this.shown.get(id) ?? null;
    const after = this.folded(id);
    if (before === after) return rows;
    if (before && after && looksAs(before, after)) {
      this.replace(before, after);
      return rows;
    }
    if (before) rows.push(...this.drop(before));
    if (after) rows.push(...this.put(after));
    return rows;
  }

  put(coding) {
    this.shown.set(coding.id, coding);
    const { first, last } = this.rowsOf(coding);
    const taken = new Set();
    const rows = [];
    for (let index = first; index <= last; index += 1) {
      for (const other of this.byRow[index]) if (other.start < coding.end && coding.start < other.end) taken.add(this.lanes.get(other.id));
      this.byRow[index].add(coding);
      rows.push(index);
    }
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    this.lanes.set(coding.id, lane);
    return rows;
  }

  replace(before, after) {
    this.shown.set(after.id, after);
    const { first, last } = this.rowsOf(after);
    for (let index = first; index <= last; index += 1) {
      this.byRow[index].delete(before);
      this.byRow[index].add(after);
    }
  }

  drop(coding) {
    this.shown.delete(coding.id);
    this.lanes.delete(coding.id);
    const { first, last } = this.rowsOf(coding);
    const rows = [];
    for (let index = first; index <= last; index += 1) {
      this.byRow[index].delete(coding);
      rows.push(index);
    }
    return rows;
  }

  // ---- what a screen asks ----

  /** Codings of a row that the filters let through, in order of place. */
  codingsAt(index) {
    return [...this.byRow[index]].filter(this.shows).sort(byPlace);
  }

  codingsAtPosition(position) {
    return this.codingsAt(this.rowAt(position)).filter((coding) => coding.start <= position && position < coding.end);
  }

  isCoded(index) {
    for (const coding of this.byRow[index]) if (this.shows(coding)) return true;
    return false;
  }

  /** Mine, with this code, on exactly this span. */
  twin({ start, end }, code) {
    for (const coding of this.byRow[this.rowAt(start)]) {
      if (coding.start === start && coding.end === end && coding.code === code && coding.coder === this.me) return coding;
    }
    return null;
  }

  get read() {
    return this.pending.reduce((furthest, { kind, values }) => (kind === "read" ? Math.max(furthest, values.position) : furthest), this.confirmedRead);
  }

  /** Suggestions of a row that I have neither refused nor coded so. */
  suggestionsAt(index) {
    const { passage, from, to } = this.rows[index];
    const offered = this.suggested.get(passage);
    if (!offered) return [];
    const settled = new Set();
    for (const coding of this.byRow[index]) if (coding.coder === this.me && coding.start < to && from < coding.end) settled.add(coding.code);
    for (const refusal of this.refusals()) if (refusal.start < to && from < refusal.end) settled.add(refusal.code);
    return offered.filter((suggestion) => !settled.has(suggestion.code));
  }

  *refusals() {
    yield* this.refused.values();
    for (const operation of this.pending) if (operation.kind === "refuse") yield operation.values;
  }
}
