// Charts as SVG: bars and lines. The colours are those of theme.css, by class, so they follow the theme.

import { fixed, h, s } from "./dom.js";

// no wider than the screen, so that text keeps its size on phones
const wide = () => (innerWidth < 768 ? Math.max(280, innerWidth - 66) : 720);

/** Names with their colours. */
export function legend(names) {
  const key = (name, i) => h("li", { class: `c${(i % 8) + 1}` }, h("span", { class: "key" }), name);
  return h("ul", { class: "legend" }, names.map(key));
}

/** Grouped bars: labels, and series [{name, values}] of the same length. */
export function barChart(title, labels, series, { format = (value) => fixed(value, 3), left = 110 } = {}) {
  const WIDTH = wide();
  const thick = series.length > 1 ? 15 : 17;
  const each = series.length * thick + 10;
  const height = labels.length * each + 6;
  const most = Math.max(...series.flatMap((one) => one.values), 1e-300);
  const room = WIDTH - left - 90;
  const drawn = [];
  labels.forEach((label, i) => {
    const top = i * each + 4;
    const short = label.length > 15 ? `${label.slice(0, 14)}…` : label;
    const middle = top + (series.length * thick) / 2 + 4;
    drawn.push(s("text", { x: left - 8, y: middle, "text-anchor": "end", class: "strong" }, short, s("title", {}, label)));
    series.forEach((one, j) => {
      const length = Math.max(0, (one.values[i] / most) * room);
      const y = top + j * thick;
      drawn.push(s("rect", { class: `bar c${(j % 8) + 1}`, x: left, y, width: length.toFixed(1), height: thick - 2 }));
      drawn.push(s("text", { x: left + length + 6, y: y + thick / 2 + 3 }, format(one.values[i])));
    });
  });
  return s("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title }, drawn);
}

/** Round numbers within a range, and how to format them. */
function ticks([low, high], most) {
  if (!(high > low)) return [low].map((value) => [value, fixed(value, 3)]);
  const rough = (high - low) / most;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((times) => times * unit >= rough * (1 - 1e-9));
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const text = (value) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => [(first + i) * step, text((first + i) * step)]);
}

/** Lines: series [{name, points: [[x, y], ...]}]; points that are not finite are left out. */
export function lineChart(title, series, { x = "", y = "", height = 260, width = wide() } = {}) {
  const WIDTH = width;
  const left = 64, right = 12, top = 10, bottom = 36;
  const kept = series.map((one) => one.points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b)));
  const all = kept.flat();
  if (!all.length) return h("p", { class: "state" }, "No points yet");
  const range = (axis) => [Math.min(...all.map((p) => p[axis])), Math.max(...all.map((p) => p[axis]))];
  const [across, up] = [range(0), range(1)];
  const place = (value, [low, high], start, end) => start + (end - start) * (high > low ? (value - low) / (high - low) : 0.5);
  const px = (value) => place(value, across, left, WIDTH - right);
  const py = (value) => place(value, up, height - bottom, top);
  const drawn = [];
  for (const [b, text] of ticks(up, 7)) {
    drawn.push(s("line", { class: "grid", x1: left, x2: WIDTH - right, y1: py(b), y2: py(b) }));
    drawn.push(s("text", { x: left - 6, y: py(b) + 4, "text-anchor": "end" }, text));
  }
  for (const [a, text] of ticks(across, 6)) {
    drawn.push(s("text", { x: px(a), y: height - bottom + 16, "text-anchor": px(a) > WIDTH - 30 ? "end" : "middle" }, text));
  }
  drawn.push(s("text", { x: (left + WIDTH) / 2, y: height - 4, "text-anchor": "middle" }, x));
  drawn.push(s("text", { x: left + 6, y: top + 12 }, y));
  kept.forEach((points, i) => {
    const path = points.map(([a, b]) => `${px(a).toFixed(1)},${py(b).toFixed(1)}`).join(" ");
    drawn.push(s("polyline", { class: `line c${(i % 8) + 1}`, points: path, "stroke-dasharray": i >= 8 ? "5 3" : null }));
  });
  return s("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title }, drawn);
}
