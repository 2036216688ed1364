// Building elements. Text only ever enters the page as textContent, so markup in a transcript stays text.

/** An element: `class`, `text`, `data` and `on` are short names, everything else is an attribute (null and false: left out). */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "colour") element.style.setProperty("--rt-colour", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const STROKES = {
  undo: "M5 3 2 6l3 3M2 6h7a4 4 0 0 1 0 8H6",
  redo: "m11 3 3 3-3 3M14 6H7a4 4 0 0 0 0 8h3",
  filter: "M2 3h12M4.5 8h7M7 13h2",
  take: "m3 8.5 3.5 3.5L13 4.5",
  close: "m4 4 8 8M12 4l-8 8",
  next: "m6 3 5 5-5 5",
  previous: "m10 3-5 5 5 5",
  down: "M8 2v11M3.5 8.5 8 13l4.5-4.5",
  note: "M3 2.5h10v7L9.5 13.5H3zM9.5 13.5v-4H13",
  bin: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4",
  why: "M8 14.2V14M5.5 5.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8v1",
  code: "M2.5 2.5h5.5l5.5 5.5-5.5 5.5L2.5 8zM5.2 5.2v.1",
};

/** A small line drawing in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "rt-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

/** A button that says what it does; `shows` is an icon's name or words. */
export function button(label, act, { shows = null, keys = "", kind = "", ...rest } = {}) {
  const face = shows && STROKES[shows] ? icon(shows) : (shows ?? label);
  const title = keys ? `${label} (${keys})` : label;
  return el("button", { type: "button", class: `rt-button ${kind}`.trim(), title, "aria-label": label, on: { click: act }, ...rest }, face);
}

/** Calls back once the next frame is on the screen. */
export function afterPaint(then) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(0);
  });
}

/** `1 coding`, `2 codings`. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** The text shortened to a length, with an ellipsis. */
export function excerpt(text, length) {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= length ? flat : `${[...flat].slice(0, length - 1).join("").trimEnd()}…`;
}
