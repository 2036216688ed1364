// An invisible component outside the fragment.
//
// It keeps what is large and does not change (document, codebook, base of codings) in a map of the page, by content key:
// components share one page, so the pane takes it from there and reruns of the fragment never carry it again. And it is
// the lifeline: its trigger reruns the whole app, which registers the fragment again after a restart of the server.

export const ARRIVED = "redthread:arrived";

const KEPT = 12;

/** The shelf of this page. */
export function shelf() {
  return (globalThis.redthreadShelf ??= { items: new Map(), lifeline: () => {} });
}

/** Takes no room on the screen. */
export function hide(parent) {
  const frame = parent.closest('[data-testid="stElementContainer"]');
  if (frame) frame.style.display = "none";
}

export default function ({ data, setTriggerValue, parentElement }) {
  const { items } = shelf();
  shelf().lifeline = () => setTriggerValue("wake", Date.now());
  hide(parentElement);
  for (const item of data.items) {
    items.delete(item.key);
    items.set(item.key, item);
  }
  for (const key of [...items.keys()].slice(0, Math.max(0, items.size - KEPT))) items.delete(key);
  globalThis.dispatchEvent(new CustomEvent(ARRIVED));
}
