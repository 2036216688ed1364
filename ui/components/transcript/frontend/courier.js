// An invisible component on every screen: it delivers what was done just before the transcript was left.

import { queueOf } from "./queue.js";
import { hide } from "./shelf.js";

const ports = (globalThis.redthreadCouriers ??= new WeakMap());

export default function ({ data: [data], setTriggerValue, parentElement }) {
  hide(parentElement);
  const queue = queueOf(data);
  if (!ports.has(parentElement)) ports.set(parentElement, { describe: () => ({ document: "", have: 0, suggested: null }), changed: () => {}, lifeline: () => {} });
  const port = ports.get(parentElement);
  port.send = (batch) => setTriggerValue("batch", batch);
  if (data.heard[queue.client] !== undefined) queue.hear(data.heard[queue.client], data.acknowledged[queue.client] ?? 0);
  queue.connectSpare(port);
  return () => queue.disconnect(port);
}
