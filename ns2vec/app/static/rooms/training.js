// The training room: the recorded runs, one of them live, or several side by side.

import { ask, hasToken } from "../api.js";
import { legend, lineChart } from "../charts.js";
import { bytes, duration, empty, failed, figures, fixed, h, loading, number, settled, table } from "../dom.js";

const REFRESH = 3000; // milliseconds between two updates of the list
const REDRAW = 250; // milliseconds between two redraws while events arrive
const MOST_POINTS = 2000; // per line; beyond that, every second point is left out

const CHARTS = [
  ["loss", "Loss of a trained word", "The loss is recorded with compute_loss=True."],
  ["words_per_second", "Words per second", ""],
  ["alpha", "Learning rate", ""],
  ["memory_bytes", "Memory (MB)", "Not reported by this system."],
];

const NAMES = { words_per_second: "words/s", memory_bytes: "memory", n_keys: "keys", n_warnings: "warnings" };

const figure = (value) => (value === "inf" ? Infinity : value === "-inf" ? -Infinity : value === null || value === undefined ? NaN : Number(value));
const at = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString() : "–");
const label = (run) => run.name ?? run.id;
const share = (part) => (part === null || part === undefined ? "–" : `${Math.floor(part * 100)} %`);

export async function show(main) {
  const list = h("div", { class: "stack", "data-runs": true }, loading());
  const detail = h("div", { class: "stack" });
  main.replaceChildren(h("h1", {}, "Training"), h("div", { class: "columns" }, h("section", { "aria-label": "Runs" }, list), detail));
  const view = new View(list, detail);
  await view.refresh();
  setInterval(() => document.visibilityState === "visible" && view.refresh(), REFRESH);
}

class View {
  constructor(list, detail) {
    this.list = list;
    this.detail = detail;
    const asked = new URLSearchParams(location.search);
    this.shown = asked.get("run");
    this.chosen = new Set(asked.getAll("compare"));
    this.isComparing = this.chosen.size > 1;
    this.live = null;
    this.told = "";
  }

  /** Fetch the list; the page is redrawn only if something has changed. */
  async refresh() {
    let found;
    try {
      found = await ask("/api/runs");
    } catch (error) {
      this.told = "";
      this.list.replaceChildren(failed(error, () => this.refresh()));
      return;
    }
    const text = JSON.stringify([found, this.shown]);
    if (text === this.told) return;
    this.told = text;
    this.drawList(found);
    if (this.isComparing && !this.live && this.detail.childElementCount === 0) await this.compare([...this.chosen]);
    if (!this.live && !this.isComparing && found.runs.length) {
      const known = found.runs.some((run) => run.id === this.shown);
      this.open(known ? this.shown : (found.runs.find((run) => run.status === "running") ?? found.runs[0]).id);
    }
  }

  drawList({ runs, folder }) {
    if (!runs.length) {
      const line = "ns2vec train corpus.txt --output vectors.bin --compute-loss --runs runs";
      this.list.replaceChildren(empty(`No run has been recorded in ${folder} yet. This command records one:`), h("pre", {}, line));
      return;
    }
    const { focus } = document.activeElement?.dataset ?? {};
    const known = new Set(runs.map((run) => run.id));
    this.chosen = new Set([...this.chosen].filter((id) => known.has(id)));
    this.compareButton = h("button", { type: "button", onclick: () => this.compare([...this.chosen]) }, "Compare selected runs");
    this.compareButton.disabled = this.chosen.size < 2;
    const items = runs.map((run) => this.item(run));
    this.list.replaceChildren(h("ul", { class: "runs" }, items), h("p", { class: "small quiet" }, "Select two to eight runs to see them side by side."), this.compareButton);
    if (focus) this.list.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  item(run) {
    const tick = h("input", { type: "checkbox", checked: this.chosen.has(run.id), "aria-label": `Compare ${label(run)}`, "data-focus": `tick ${run.id}` });
    tick.addEventListener("change", () => {
      if (tick.checked) this.chosen.add(run.id);
      else this.chosen.delete(run.id);
      this.compareButton.disabled = this.chosen.size < 2 || this.chosen.size > 8;
    });
    const told = run.status === "running" ? `running, ${share(run.progress)}` : run.status;
    const open = h(
      "button",
      { type: "button", class: "plain run", "data-focus": `run ${run.id}`, "aria-current": run.id === this.shown ? "true" : null, onclick: () => this.open(run.id) },
      h("strong", {}, label(run)),
      h("span", { class: "small quiet" }, ` ${run.model ?? "?"} · ${told}`),
    );
    return h("li", { class: "row" }, tick, open);
  }

  /** Show one run, and follow it while it runs. */
  async open(id) {
    this.live?.close();
    this.shown = id;
    const live = new Live(this.detail, id);
    this.live = live;
    this.isComparing = false;
    history.replaceState(null, "", `?${new URLSearchParams({ run: id })}`);
    await live.begin();
    this.told = "";
    await this.refresh();
  }

  async compare(ids) {
    this.live?.close();
    this.shown = null;
    this.isComparing = true;
    history.replaceState(null, "", `?${new URLSearchParams(ids.map((id) => ["compare", id]))}`);
    this.detail.replaceChildren(loading());
    const asked = new URLSearchParams(ids.map((id) => ["run", id]));
    try {
      const found = await ask(`/api/compare?${asked}`);
      this.detail.replaceChildren(...beside(found));
    } catch (error) {
      this.detail.replaceChildren(failed(error, () => this.compare(ids)));
    }
  }
}

/** One run: figures, charts and messages, updated while it runs. */
class Live {
  constructor(place, id) {
    this.place = place;
    this.id = id;
    this.source = null;
    this.isClosed = false;
    this.redraw = settled(0, () => this.draw());
    this.lastDrawn = 0;
  }

  close() {
    this.isClosed = true;
    this.source?.close();
  }

  async begin() {
    this.place.replaceChildren(loading("Reading the ledger …"));
    try {
      const found = await ask(`/api/runs/${encodeURIComponent(this.id)}`);
      if (this.isClosed) return;
      this.take(found);
      this.frame();
      if (this.run.status === "running") this.follow(found.offset);
    } catch (error) {
      if (!this.isClosed) this.place.replaceChildren(failed(error, () => this.begin()));
    }
  }

  take(found) {
    this.found = found;
    this.run = found.summary;
    this.epochs = found.epochs;
    this.messages = found.messages;
    this.lines = Object.fromEntries(Object.entries(found.series).map(([name, line]) => [name, line.at.map((x, i) => [figure(x), figure(line.values[i])])]));
  }

  /** The parts that are not replaced; `draw` fills them. */
  frame() {
    this.cards = h("div", { "data-cards": true });
    this.charts = h("div", { class: "chart-grid" });
    this.rest = h("div", { class: "stack" });
    this.stopButton = h("button", { type: "button", onclick: () => this.stop() }, "Stop after this epoch");
    this.stopNote = h("span", { class: "small quiet", role: "status" });
    const bar = h("div", { class: "row", "data-only-live": true }, this.stopButton, this.stopNote);
    this.title = h("h2", {}, label(this.run));
    this.place.replaceChildren(this.title, bar, this.cards, this.charts, this.rest);
    this.bar = bar;
    this.draw();
  }

  follow(offset) {
    this.source = new EventSource(`/api/runs/${encodeURIComponent(this.id)}/events?after=${offset}`);
    this.source.addEventListener("ledger", (message) => this.event(JSON.parse(message.data)));
    this.source.addEventListener("closed", () => {
      this.source.close();
      this.begin();
    });
  }

  event(event) {
    if (event.kind === "interval" || event.kind === "epoch") {
      this.run.memory_bytes = event.memory_bytes ?? this.run.memory_bytes;
      this.run.seconds = event.at;
    }
    if (event.kind === "interval") {
      for (const [name] of CHARTS) this.add(name, [figure(event.at), figure(event[name])]);
      this.run.progress = event.progress;
      this.run.words_per_second = event.words_per_second;
      if (event.loss !== null && event.loss !== undefined) this.run.loss = figure(event.loss);
    } else if (event.kind === "epoch") {
      this.epochs.push(event);
      this.run.epochs = event.epoch;
    } else if (["warning", "checkpoint", "evaluation", "guard"].includes(event.kind)) {
      this.messages.push(event);
      if (event.kind === "warning") this.run.n_warnings += 1;
    } else if (event.kind === "stop_requested") this.run.stop_requested = true;
    else if (event.kind === "end") this.run.status = event.status;
    this.soon();
  }

  add(name, point) {
    const line = this.lines[name];
    line.push(point);
    if (line.length > MOST_POINTS) this.lines[name] = line.filter((_, i) => i % 2 === line.length % 2);
  }

  /** Draw now, or as soon as the last redraw is long enough ago. */
  soon() {
    const wait = this.lastDrawn + REDRAW - performance.now();
    if (wait <= 0) this.draw();
    else this.redraw();
  }

  draw() {
    this.lastDrawn = performance.now();
    this.drawStop();
    this.cards.replaceChildren(figures(this.entries()));
    this.charts.replaceChildren(...CHARTS.map(([name, title, missing]) => this.chart(name, title, missing)));
    const open = this.rest.querySelector("details")?.open;
    this.rest.replaceChildren(...this.parts());
    if (open) this.rest.querySelector("details").open = true;
  }

  entries() {
    const run = this.run;
    const left = run.status === "running" && run.progress > 0 ? (run.seconds * (1 - run.progress)) / run.progress : null;
    return [
      ["Status", run.status, run.reason],
      ["Progress", share(run.progress), left === null ? null : `about ${duration(left)} left`],
      ["Epochs", `${run.epochs} of ${run.planned_epochs ?? "?"}`],
      ["Loss", number(run.loss)],
      ["Words per second", number(run.words_per_second === null ? null : Math.round(run.words_per_second))],
      ["Time", run.seconds === null ? "–" : duration(run.seconds)],
      ["Memory", run.memory_bytes === null ? "–" : bytes(run.memory_bytes)],
      ["Keys", number(run.n_keys)],
      ["Warnings", number(run.n_warnings)],
    ];
  }

  chart(name, title, missing) {
    const points = this.lines[name].map(([x, y]) => [x, name === "memory_bytes" ? y / 1e6 : y]);
    const isKnown = points.some(([, y]) => Number.isFinite(y));
    const drawn = isKnown ? lineChart(title, [{ name: title, points }], { x: "seconds", height: 200, width: innerWidth < 768 ? undefined : 440 }) : empty(missing || "No points yet");
    return h("figure", { class: "card", "data-chart": name, "data-points": points.length }, h("figcaption", {}, title), drawn);
  }

  parts() {
    const found = this.found;
    const parts = [];
    const scores = this.scores();
    if (scores.length) parts.push(h("h3", {}, "Scores"), table("Scores", ["Measured", { text: "Score", number: true }, "Interval"], scores));
    if (this.epochs.length) parts.push(h("h3", {}, "Epochs"), epochTable(this.epochs));
    if (found.sampler.effective_support) {
      const { effective_support: support, coverage, kl_to_target: distance } = found.sampler;
      parts.push(h("h3", {}, `Sampler: ${found.sampler.name}`), figures([["Effective support", number(support)], ["Coverage", share(coverage)], ["Distance from the noise", `${number(Math.abs(distance) < 1e-6 ? 0 : distance, 3)} nats`]]));
    }
    if (this.messages.length) parts.push(h("h3", {}, "Messages"), messageTable(this.messages));
    if (found.n_unreadable) parts.push(h("p", { class: "banner" }, `${found.n_unreadable} lines of the ledger cannot be read.`));
    parts.push(settingsPart(found));
    return parts;
  }

  scores() {
    const last = new Map(Object.entries(this.run.scores));
    for (const event of this.messages) if (event.kind === "evaluation") for (const [name, score] of Object.entries(event.scores)) last.set(name, score);
    return [...last].map(([name, score]) => [name, number(figure(score.value)), interval(score)]);
  }

  drawStop() {
    const isRunning = this.run.status === "running";
    this.bar.hidden = !isRunning;
    this.stopButton.disabled = !hasToken() || this.run.stop_requested;
    if (this.run.stop_requested) this.stopNote.textContent = "The run stops after this epoch.";
    else if (!hasToken()) this.stopNote.textContent = "To stop it, open the address that was printed when the app started.";
  }

  async stop() {
    this.stopButton.disabled = true;
    try {
      await ask(`/api/runs/${encodeURIComponent(this.id)}/stop`, { method: "POST" });
      this.run.stop_requested = true;
    } catch (error) {
      this.stopNote.textContent = error.message;
      this.stopButton.disabled = false;
      return;
    }
    this.drawStop();
  }
}

const interval = (score) => (score.low === null || score.low === undefined ? "–" : `${number(figure(score.low))} to ${number(figure(score.high))}`);

const scoreText = (score) => (score ? number(figure(score.value)) + (interval(score) === "–" ? "" : ` (${interval(score)})`) : "–");

function epochTable(epochs) {
  const heads = ["Epoch", "Loss", "Words/s", "Rate", "Seconds"].map((text) => ({ text, number: true }));
  const row = (e) => [String(e.epoch), fixed(figure(e.loss), 4), number(Math.round(figure(e.words_per_second))), fixed(figure(e.alpha), 3), fixed(figure(e.duration), 3)];
  return table("Epochs, latest first", heads, epochs.slice(-50).reverse().map(row));
}

function messageTable(messages) {
  const text = (m) => m.message ?? m.path ?? (m.kind === "guard" ? `rolled back to the last good rows; rate × ${m.rate_factor}` : Object.keys(m.scores ?? {}).join(", "));
  return table("Messages, latest first", ["When", "Kind", "What"], messages.slice(-50).reverse().map((m) => [at(m.time), m.level ?? m.kind, text(m)]));
}

function settingsPart(found) {
  const shown = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–"));
  const rows = Object.entries(found.settings).map(([name, value]) => [name, shown(value)]);
  const keys = found.vocabulary.map((side) => [side.name, number(side.n_keys), (side.commonest ?? []).slice(0, 8).map(([word]) => word).join(", ")]);
  const told = ["ns2vec", "isa", "compiler", "python", "numpy", "platform", "processors", "host"].map((name) => [name, shown(found.environment[name])]);
  const inside = [
    table("Options", ["Option", "Value"], rows),
    keys.length ? table("Keys", ["Kind", { text: "Number", number: true }, "Most frequent"], keys) : null,
    table("Machine", ["Property", "Value"], told),
    h("p", { class: "small quiet" }, `Started ${at(found.summary.started)}; ${found.summary.id}`),
  ];
  return h("details", {}, h("summary", {}, "Options, keys and machine"), h("div", { class: "inside stack" }, inside));
}

/** Runs side by side. */
function beside(found) {
  const cell = (value) => (value === null || value === undefined ? "–" : typeof value === "number" ? number(value) : typeof value === "object" ? JSON.stringify(value) : String(value));
  const heads = (first) => [first, ...found.runs];
  const head = (name) => h("span", { class: "nowrap" }, name);
  const rows = (entries) => Object.entries(entries).map(([name, values]) => [head(name), ...values.map(cell)]);
  const came = { ...found.figures, memory_bytes: found.figures.memory_bytes.map((n) => (n === null ? null : bytes(n))) };
  const figuresByName = Object.fromEntries(Object.entries(came).map(([name, values]) => [NAMES[name] ?? name, values]));
  const series = found.loss.map((line, i) => ({ name: found.runs[i], points: line.at.map((x, j) => [figure(x), figure(line.values[j])]) }));
  const scores = Object.entries(found.scores).map(([name, all]) => [head(name), ...all.map(scoreText)]);
  const parts = [h("h2", {}, "Side by side")];
  if (!found.has_comparable_loss) parts.push(h("p", { class: "banner" }, "The runs have different models, negatives or vocabularies: do not compare their losses."));
  if (series.some((one) => one.points.some(([, y]) => Number.isFinite(y)))) {
    parts.push(h("figure", { class: "card" }, h("figcaption", {}, "Loss of a trained word"), legend(found.runs), lineChart("Loss of the runs over time", series, { x: "seconds" })));
  }
  parts.push(table("Results", heads("Figure"), rows(figuresByName)));
  parts.push(h("h3", {}, "Options that differ"), Object.keys(found.settings).length ? table("Options", heads("Option"), rows(found.settings)) : empty("All options are the same."));
  if (scores.length) parts.push(h("h3", {}, "Scores"), table("Scores", heads("Score"), scores));
  return parts;
}
