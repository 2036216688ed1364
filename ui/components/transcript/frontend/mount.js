// What Streamlit calls, on every change of data or theme; its cleanup runs only on unmounting.
//
// Streamlit may unmount and remount a component between back-to-back reruns. The living pane (model, scroll position,
// focus) is kept for a minute and put back as it was; the queue lives as long as the page.

import { Pane } from "./pane.js";
import { queueOf } from "./queue.js";

const KEPT = 60_000;

const page = (globalThis.redthreadPage ??= { panes: new Map(), mounted: new WeakMap() });

function attach(parent, data) {
  const key = `${data.project}:${data.me}`;
  let kept = page.panes.get(key);
  if (!kept || kept.parent) {
    const queue = queueOf(data);
    kept = { pane: new Pane(queue), parent: null };
    page.panes.set(key, kept);
    queue.recovered.then((left) => left && kept.pane.notices.warn(`${left === 1 ? "One change" : `${left} changes`} left by a tab that was closed too early ${left === 1 ? "is" : "are"} saved now.`));
  }
  clearTimeout(kept.ending);
  kept.parent = parent;
  parent.append(kept.pane.root);
  kept.pane.reattached();
  page.mounted.set(parent, kept);
  return kept;
}

function detach(parent, kept) {
  page.mounted.delete(parent);
  if (kept.parent !== parent) return;
  kept.parent = null;
  kept.pane.detached();
  kept.pane.root.remove();
  kept.ending = setTimeout(() => {
    kept.pane.destroy();
    for (const [key, other] of page.panes) if (other === kept) page.panes.delete(key);
  }, KEPT);
}

export default function (component) {
  const parent = component.parentElement;
  const kept = page.mounted.get(parent) ?? attach(parent, component.data);
  kept.pane.update(component);
  return () => detach(parent, kept);
}
