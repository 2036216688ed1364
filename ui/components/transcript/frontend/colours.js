// Colours of codes, legible on the background that the theme gives.

const ON_DARK = {
  "#b3261e": "#ff8a80", "#0b57d0": "#82b1ff", "#146c2e": "#69d98c", "#7d5700": "#e6b84d",
  "#6b4fa0": "#b79cf0", "#00696d": "#4dd0d6", "#a1366e": "#f48fc0", "#4f6128": "#b5cc7a",
  "#8c3b00": "#ffb086", "#3949ab": "#a3b0ff", "#5d4037": "#d4b5a9", "#37616e": "#9cc7d6",
};
const NEUTRAL = "#767676";
const ENOUGH = 6.5;

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function luminance([red, green, blue]) {
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Whether the element stands on a dark background. */
export function isDark(element) {
  const painted = getComputedStyle(element).backgroundColor.match(/[\d.]+/g);
  return painted !== null && luminance(painted.slice(0, 3).map(Number)) < 0.2;
}

/** The code's own colour on light, its lighter sister on dark; anything that is no colour becomes grey. */
export function legible(colour, dark) {
  const hex = /^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : NEUTRAL;
  if (!dark) return hex;
  if (ON_DARK[hex]) return ON_DARK[hex];
  let mixed = channels(hex);
  for (let step = 0; step < 20 && (luminance(mixed) + 0.05) / (luminance([14, 17, 23]) + 0.05) < ENOUGH; step += 1) {
    mixed = mixed.map((value) => Math.round(value + (255 - value) * 0.12));
  }
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
