// Small windows over the transcript: placed beside what they speak of, closed by Escape or a click elsewhere.

const EDGE = 8;

/** Puts a window below a rectangle of the page, above it where there is no room, inside `root`. */
export function place(popover, beside, root) {
  const frame = root.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(Math.max(EDGE, beside.left - frame.left), Math.max(EDGE, frame.width - width - EDGE));
  const below = beside.bottom - frame.top + EDGE;
  const above = beside.top - frame.top - height - EDGE;
  const top = below + height <= frame.height - EDGE ? below : above >= EDGE ? above : Math.max(EDGE, frame.height - height - EDGE);
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}

/** Keys pressed inside a window stay there: neither the transcript nor Streamlit's hotkeys hear them. */
export function hold(popover, keys) {
  popover.addEventListener("keydown", (event) => {
    event.stopPropagation();
    keys(event);
  });
  return popover;
}
