// The map of the explorer: points, colours, a selection that can be saved.

import { ask } from "./api.js";
import { download, empty, failed, h, number } from "./dom.js";
import { field } from "./fields.js";
import { Scatter } from "./scatter.js";

const SIZES = [2000, 20000, 50000, 200000];
const WAYS = [
  { value: "cluster", label: "Cluster" },
  { value: "frequency", label: "Frequency" },
  { value: "label", label: "Label (from a file)" },
];

/** `pick(word)` is called when a point is clicked. */
export function mapPart(pick) {
  const method = field("method", "Map", { kind: "choice", choices: [{ value: "pca", label: "PCA" }, { value: "umap", label: "UMAP" }] });
  const most = field("most", "Words", { kind: "choice", choices: SIZES.map((size) => ({ value: size, label: `first ${number(size)}` })), value: 50000 });
  const way = field("colour", "Colour", { kind: "choice", choices: WAYS });
  const labels = h("input", { type: "file", accept: ".txt,.tsv,.csv", "aria-label": "File of labels: one word and its label per line", hidden: true });
  const canvas = h("canvas", { class: "map", tabindex: "0", role: "img", "aria-label": "Map of words; arrows move it, + and - zoom, 0 shows all" });
  const tip = h("div", { class: "tip", hidden: true });
  const note = h("p", { class: "quiet small", role: "status" }, "Loading the map …");
  const key = h("div", {});
  const chosen = h("div", { class: "stack" });
  const selecting = h("button", { type: "button", "aria-pressed": "false" }, "Select");
  const button = (text, name, act) => h("button", { type: "button", "aria-label": name, onclick: act }, text);
  const box = h("div", { class: "map-box" }, canvas, tip);
  let [words, counts, rows, model] = [[], null, new Map(), ""];
  let asking = 0;

  const scatter = new Scatter(canvas, {
    hover(row, x, y) {
      tip.hidden = row < 0 || !words[row];
      if (tip.hidden) return;
      tip.textContent = counts ? `${words[row]} · ${number(counts[row])}` : words[row];
      tip.style.left = `${Math.min(x + 12, canvas.clientWidth - 120)}px`;
      tip.style.top = `${y + 12}px`;
    },
    pick: (row) => words[row] && pick(words[row]),
    select: showSelection,
  });
  selecting.addEventListener("click", () => {
    scatter.isSelecting = !scatter.isSelecting;
    selecting.setAttribute("aria-pressed", scatter.isSelecting);
  });
  for (const one of [method, most]) one.input.addEventListener("change", () => load());
  way.input.addEventListener("change", recolour);
  labels.addEventListener("change", recolour);

  function query() {
    return new URLSearchParams({ model, most: most.value() });
  }

  async function load(name = model) {
    model = name;
    const mine = (asking += 1);
    method.fault("");
    note.textContent = method.value() === "umap" ? "Computing a map by UMAP: this may take a minute …" : "Loading the map …";
    const began = performance.now();
    try {
      const points = await ask(`/api/map/points?${query()}&method=${method.value()}`);
      if (mine !== asking) return;
      scatter.show(new Float32Array(points));
      canvas.addEventListener("painted", () => {
        canvas.dataset.painted = Math.round(performance.now() - began);
      }, { once: true });
      note.textContent = `${number(scatter.length)} words. Drag to move, scroll to zoom, click a word for its neighbours; shift and drag to select.`;
      const found = await ask(`/api/map/words?${query()}`);
      if (mine !== asking) return;
      ({ words, counts } = found);
      rows = new Map(words.map((word, row) => [word, row]));
      await recolour();
    } catch (error) {
      if (mine !== asking) return;
      if (error.fields?.method) {
        method.fault(error.fields.method);
        note.textContent = "The map stays as it was.";
      } else note.replaceChildren(failed(error, () => load()));
    }
    showSelection([]);
  }

  async function recolour() {
    const mine = asking;
    labels.hidden = way.value() !== "label";
    if (way.value() === "frequency") {
      scatter.colour(byFrequency(counts ?? words.map((_, row) => 1 / (row + 1))), "scale");
      key.replaceChildren(h("p", { class: "quiet small" }, counts ? "Frequent words are orange, rare ones grey." : "Counts are unknown: coloured by rank."));
      return;
    }
    if (way.value() === "label") {
      if (!labels.files.length) {
        key.replaceChildren(empty("Choose a file with one word and its label per line (separated by a tab or comma). It stays in this browser."));
        return;
      }
      const [bytes, names] = byLabel(await labels.files[0].text(), rows, scatter.length);
      scatter.colour(bytes, "groups");
      key.replaceChildren(groupKey(names));
      return;
    }
    const found = new Uint8Array(await ask(`/api/map/clusters?${query()}`));
    if (mine !== asking || way.value() !== "cluster" || found.length < scatter.length) {
      if (mine === asking) scatter.colour(found.slice(0, scatter.length), "groups");
      return;
    }
    scatter.colour(found.subarray(0, scatter.length), "groups");
    key.replaceChildren(groupKey(clusterNames(found, words)));
  }

  function showSelection(list) {
    const taken = list.map((row) => ({ word: words[row], rank: row, count: counts ? counts[row] : null, x: scatter.points[2 * row], y: scatter.points[2 * row + 1] }));
    if (!taken.length) {
      chosen.replaceChildren();
      return;
    }
    const csv = () => ["word,rank,count,x,y", ...taken.map((one) => [quoted(one.word), one.rank, one.count ?? "", one.x, one.y].join(","))].join("\n");
    chosen.replaceChildren(
      h("p", {}, h("strong", {}, `${number(taken.length)} words selected: `), taken.slice(0, 30).map((one) => one.word).join(", "), taken.length > 30 ? " …" : ""),
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => download("selection.csv", `${csv()}\n`, "text/csv") }, "Save as CSV"),
        h("button", { type: "button", onclick: () => download("selection.json", JSON.stringify(taken), "application/json") }, "Save as JSON"),
        h("button", { type: "button", class: "plain", onclick: () => { scatter.select([]); showSelection([]); } }, "Clear")),
    );
  }

  const element = h("section", { class: "card stack", "aria-label": "Map" },
    h("div", { class: "row" }, method.element, most.element, way.element),
    labels, box,
    h("div", { class: "row", "data-only-live": true }, button("+", "Zoom in", () => scatter.zoom(1.5)), button("−", "Zoom out", () => scatter.zoom(1 / 1.5)),
      button("All", "Show all", () => scatter.home()), selecting),
    note, key, chosen);
  return {
    element,
    load,
    /** Show where words are; the first one is the word that was searched for. */
    mark(list) {
      scatter.mark(list.filter((word) => rows.has(word)).map((word) => ({ row: rows.get(word), text: word })));
    },
  };
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function byFrequency(counts) {
  const logs = counts.map((count) => Math.log(Math.max(count, 1e-9)));
  let [low, high] = [Infinity, -Infinity];
  for (const value of logs) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return Uint8Array.from(logs, (value) => 255 * ((value - low) / (high - low || 1)));
}

/** Colours from lines of word and label; words without a label get the last colour. */
function byLabel(text, rows, length) {
  const names = [];
  const bytes = new Uint8Array(length).fill(7);
  for (const line of text.split(/\r?\n/)) {
    const at = Math.max(line.lastIndexOf("\t"), line.lastIndexOf(","));
    const row = rows.get(line.slice(0, at).trim());
    if (at < 0 || row === undefined) continue;
    const label = line.slice(at + 1).trim();
    if (!names.includes(label)) names.push(label);
    bytes[row] = Math.min(names.indexOf(label), 6);
  }
  return [bytes, [...names.slice(0, 6), ...(names.length > 6 ? [names.length > 7 ? `${names.length - 6} more` : names[6]] : []), ...Array(Math.max(0, 7 - names.length)).fill(null), "no label"]];
}

/** The most frequent words of each cluster. */
function clusterNames(found, words) {
  const names = [];
  for (let row = 0; row < words.length; row += 1) {
    const list = (names[found[row]] ??= []);
    if (list.length < 3) list.push(words[row]);
  }
  return Array.from(names, (list) => (list ? list.join(", ") : null));
}

function groupKey(names) {
  const item = (name, i) => (name === null ? null : h("li", { class: `c${(i % 8) + 1}` }, h("span", { class: "key" }), name));
  return h("ul", { class: "legend" }, names.map(item));
}
