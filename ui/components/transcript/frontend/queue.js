// Operations on their way to the server.
//
// - An operation stays pending until the server acknowledges its number: delivered at least once; the server applies each
//   id once: in effect exactly once.
// - Every send carries all pending operations in order, so that a send that Streamlit drops loses nothing.
// - One send in flight: overlapping reruns make Streamlit drop triggers and remount the pane.
// - No answer in time: the lifeline (a rerun of the whole app, which registers the fragment again), then once more.

import { Outbox } from "./outbox.js";

const queues = (globalThis.redthreadQueues ??= new Map());

/** The queue of one coder in one project; it lives as long as the page. */
export function queueOf({ project, me }) {
  const key = `${project}:${me}`;
  if (!queues.has(key)) queues.set(key, new Queue(project, me));
  return queues.get(key);
}

const GAP = 30;
const PATIENCE = 3000;
const AFTER_LIFELINE = 600;

export class Queue {
  constructor(project, coder) {
    this.client = crypto.randomUUID();
    this.outbox = new Outbox(project, coder, this.client);
    this.pending = [];
    this.numbered = 0;
    this.acknowledged = 0;
    this.sent = 0;
    this.inFlight = 0;
    this.retries = 0;
    this.wishes = {};
    this.port = null;
    this.spare = null;
    this.recovered = this.recover();
  }

  /** The pane that speaks for this queue: `send(batch)`, `describe()`, `changed()`, `lifeline()`. */
  connect(port) {
    this.port = port;
    this.flush();
  }

  /** Who speaks where no pane is on the screen. */
  connectSpare(port) {
    this.spare = port;
    if (!this.port) this.connect(port);
  }

  disconnect(port) {
    if (this.spare === port) this.spare = null;
    if (this.port !== port) return;
    this.port = this.spare;
    this.flush();
  }

  add(document, kind, values) {
    this.numbered += 1;
    const operation = { id: crypto.randomUUID(), number: this.numbered, document, kind, values };
    this.pending.push(operation);
    this.outbox.keep(this.pending);
    this.flush();
    return operation;
  }

  /** Operations that a closed tab left behind. */
  async recover() {
    const left = await this.outbox.adopt();
    for (const { id, document, kind, values } of left) {
      this.numbered += 1;
      this.pending.push({ id, number: this.numbered, document, kind, values });
    }
    this.outbox.keep(this.pending);
    this.flush();
    return left.length;
  }

  /** Something asked once (a place, evidence, a jump): sent with the next batch, forgotten once heard. */
  wish(name, value) {
    this.wishes[name] = { value };
    this.flush();
  }

  flush() {
    if (this.scheduled || this.inFlight || !this.port || !(this.pending.length || Object.keys(this.wishes).length)) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.send();
    });
  }

  send() {
    if (!this.port || this.inFlight) return;
    this.sent += 1;
    this.inFlight = this.sent;
    this.said = { ...this.wishes };
    const wishes = Object.fromEntries(Object.entries(this.said).map(([name, wish]) => [name, wish.value]));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.unanswered(), PATIENCE * Math.min(4, 1 + this.retries / 2));
    this.port.send({ client: this.client, number: this.sent, acknowledged: this.acknowledged, operations: [...this.pending], ...this.port.describe(), ...wishes });
  }

  unanswered() {
    this.retries += 1;
    this.inFlight = 0;
    this.port?.lifeline();
    this.port?.changed();
    this.timer = setTimeout(() => this.send(), AFTER_LIFELINE);
  }

  /** The server answered batch `number` and has all operations up to `acknowledged`. */
  hear(number, acknowledged) {
    const progress = acknowledged > this.acknowledged;
    if (progress) {
      this.acknowledged = acknowledged;
      this.pending = this.pending.filter((operation) => operation.number > acknowledged);
      this.outbox.keep(this.pending);
    }
    if (!this.inFlight || number < this.inFlight) return;
    this.inFlight = 0;
    clearTimeout(this.timer);
    for (const [name, wish] of Object.entries(this.said)) if (this.wishes[name] === wish) delete this.wishes[name];
    if (progress || !this.pending.length) {
      this.retries = 0;
      this.timer = setTimeout(() => this.flush(), GAP);
    } else this.timer = setTimeout(() => this.send(), PATIENCE); // heard but not stored: the project file is not available now
  }

  get waiting() {
    return this.pending.length;
  }
}
