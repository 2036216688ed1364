// Small windows over the transcript: placed beside what they speak of, closed by Escape or a click elsewhere.

const EDGE = 8;
const LEAST = 230; // a window squeezed to less would help nobody; it rather covers what it speaks of

/** Puts a window below a rectangle of the page, above it where there is no room, inside `root`. */
export function place(popover, beside, root) {
  const frame = root.getBoundingClientRect();
  popover.style.maxHeight = "";
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(Math.max(EDGE, beside.left - frame.left), Math.max(EDGE, frame.width - width - EDGE));
  const roomBelow = frame.bottom - beside.bottom - 2 * EDGE;
  const roomAbove = beside.top - frame.top - 2 * EDGE;
  const isBelow = height <= roomBelow || roomBelow >= roomAbove;
  const room = isBelow ? roomBelow : roomAbove;
  const shown = room < LEAST ? height : Math.min(height, room);
  if (shown < height) popover.style.maxHeight = `${shown}px`;
  const wanted = isBelow ? beside.bottom - frame.top + EDGE : beside.top - frame.top - shown - EDGE;
  const top = Math.max(EDGE, Math.min(wanted, frame.height - shown - EDGE));
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
