// The samplers: a noise distribution, draws from it, and which negatives pushed a word.

import { ask, latest } from "../api.js";
import { barChart, legend } from "../charts.js";
import { empty, failed, figures, h, loading, number, settled, table } from "../dom.js";
import { field, form } from "../fields.js";

const USUAL = {
  model: "", counts: "the 10000\ncat 500\nmoon 200", exponent: "0.75", sampler: "unigram", n_draws: "10000", seed: "1", positives: "",
};
const PUSH = { word: "paris", text: "", negative: "5", n_steps: "200" };
const SHOWN_BARS = 20;

export async function show(main) {
  const [names, models] = await Promise.all([ask("/api/samplers"), ask("/api/models")]);
  const noise = noisePart(names, models);
  const push = pushPart();
  main.replaceChildren(
    h("h1", {}, "Samplers"),
    h("p", { class: "quiet" }, "Noise words are drawn in proportion to their count raised to an exponent: below 1, frequent words are drawn less often than they occur, and rare words more often."),
    h("div", { class: "columns" }, noise.element, noise.result),
    h("h2", { class: "below" }, "Which negatives pushed this word?"),
    h("p", { class: "quiet" }, "A small skip-gram model is trained; then real training steps are made with the word as input. Each noise word pushes its vector away, and each word seen beside it pulls it closer."),
    h("div", { class: "columns" }, push.element, push.result),
  );
  await noise.start();
  await push.start();
}

/** Show what went wrong beside the fields, or in place of the result. */
function tell(error, asked, result, again) {
  const rest = asked.faults(error.fields ?? {});
  const isTold = Object.keys(error.fields ?? {}).length > 0 && !rest.length;
  result.replaceChildren(isTold ? empty("The field that is marked needs another value.") : failed(error, again));
}

// ---- noise ----

function noisePart(names, models) {
  const choices = [{ value: "", label: "The list below" }, ...models.map((one) => ({ value: one.name, label: `Model ${one.name}` }))];
  const fields = [
    field("model", "Counts of", { kind: "choice", choices, value: USUAL.model }),
    field("counts", "Counts", { kind: "long", value: USUAL.counts, hint: "One word and its count per line" }),
    field("exponent", "Exponent", { kind: "number", value: USUAL.exponent, hint: "1: as often as they occur, 0: all equally; word2vec uses 0.75" }),
    field("sampler", "Sampler", { kind: "choice", choices: names, value: USUAL.sampler }),
    field("n_draws", "Draws", { kind: "number", value: USUAL.n_draws }),
    field("seed", "Seed", { kind: "number", value: USUAL.seed }),
    field("positives", "True words (to count false negatives)", { kind: "long", value: USUAL.positives, hint: "cat: dog kitten, one word per line" }),
  ];
  const asked = form(fields, USUAL);
  const result = h("section", { class: "stack", "aria-label": "Distribution" }, loading("Drawing …"));
  const ask1 = latest();

  async function draw() {
    asked.toAddress();
    result.classList.add("is-waiting");
    try {
      const found = await ask1("/api/noise", { body: asked.values() });
      asked.faults({});
      result.replaceChildren(...noiseResult(found));
    } catch (error) {
      if (error.name === "AbortError") return;
      tell(error, asked, result, draw);
    }
    result.classList.remove("is-waiting");
  }

  const short = h("div", { class: "pairwise" }, fields.slice(2, 6).map((one) => one.element));
  const [model, counts, , , , , positives] = fields.map((one) => one.element);
  const again = h("button", { type: "button" }, "New draws");
  again.addEventListener("click", () => {
    fields[5].set(Math.floor(Math.random() * 1e6));
    draw();
  });
  const element = h("form", { class: "card stack", novalidate: true, "aria-label": "Noise" }, model, counts, short, positives,
    h("div", { class: "row" }, h("button", { class: "main" }, "Draw"), again));
  const showCounts = () => { counts.hidden = fields[0].value() !== ""; };
  element.addEventListener("input", () => { showCounts(); soon(); });
  element.addEventListener("submit", (event) => { event.preventDefault(); draw(); });
  const soon = settled(250, draw);
  return { element, result, start() { asked.fromAddress(); showCounts(); return draw(); } };
}

function noiseResult(found) {
  const { chi_square: test } = found;
  const nDrawn = found.rows.reduce((sum, row) => sum + row.drawn, 0);
  const p = (value) => value.toFixed(6);
  const shown = found.rows.slice(0, SHOWN_BARS);
  const series = [
    { name: "Share of the corpus", values: shown.map((row) => row.share) },
    { name: "Probability as noise", values: shown.map((row) => row.probability) },
  ];
  if (nDrawn) series.push({ name: "Share of the draws", values: shown.map((row) => row.drawn / nDrawn) });
  const fits = test === null ? "" : test.p_value < 0.001 ? "the draws do not fit" : "the draws fit";
  const rows = found.rows.map((row) => [row.word, row.count, p(row.share), p(row.probability), row.drawn]);
  const more = found.n_words > found.rows.length ? ` (first ${found.rows.length} of ${number(found.n_words)})` : "";
  return [
    figures([
      ["Words", number(found.n_words)],
      ["As broad as", `${number(found.effective_support, 4)}`, "words (effective support)"],
      ["Can be drawn", `${number(found.coverage * 100, 3)} %`, "of the words"],
      ["False negatives", `${number(found.false_negative_rate * 100, 2)} %`, "of the draws"],
      ["Chi-square", test === null ? "–" : number(test.statistic, 4), test === null ? "nothing drawn" : `${test.degrees} degrees, p = ${number(test.p_value, 3)}: ${fits}`],
    ]),
    h("div", { class: "card" }, legend(series.map((one) => one.name)), barChart("Share of the corpus, probability as noise, share of the draws", shown.map((row) => row.word), series)),
    table(`Words and their probability${more}`, ["Word", ...["Count", "Share", "Probability", "Drawn"].map((text) => ({ text, number: true }))], rows),
  ];
}

// ---- pushes ----

function pushPart() {
  const fields = [
    field("word", "Word", { value: PUSH.word }),
    field("negative", "Negatives (k)", { kind: "number", value: PUSH.negative }),
    field("n_steps", "Steps", { kind: "number", value: PUSH.n_steps }),
    field("text", "Text", { kind: "long", value: PUSH.text, hint: "One sentence per line; empty: generated facts (paris, king, ...)" }),
  ];
  const asked = form(fields, PUSH);
  const result = h("section", { class: "stack", "aria-label": "Pushes" }, loading("Training a small model …"));
  const button = h("button", { class: "main" }, "Train and show");

  async function look(event) {
    event?.preventDefault();
    button.disabled = true;
    result.classList.add("is-waiting");
    try {
      const found = await ask("/api/pushes", { body: asked.values() });
      asked.faults({});
      result.replaceChildren(...pushResult(found));
    } catch (error) {
      tell(error, asked, result, look);
    }
    result.classList.remove("is-waiting");
    button.disabled = false;
  }

  const element = h("form", { class: "card stack", novalidate: true, "aria-label": "Pushes" }, fields[0].element,
    h("div", { class: "pairwise" }, fields[1].element, fields[2].element), fields[3].element, button);
  element.addEventListener("submit", look);
  return { element, result, start: () => look() };
}

function pushResult(found) {
  const part = (title, list, note) => {
    const top = list.slice(0, 12);
    return h("div", { class: "card" }, h("h3", {}, title), h("p", { class: "quiet small" }, note),
      barChart(title, top.map((met) => met.word), [{ name: "moved it by", values: top.map((met) => met.move) }]),
      h("details", {}, h("summary", {}, "Figures"), h("div", { class: "inside" },
        table(title, ["Word", ...["Times", "Moved it by", "Prediction"].map((text) => ({ text, number: true }))],
          list.map((met) => [met.word, met.times, met.move.toFixed(4), met.prediction.toFixed(3)])))));
  };
  const of = (count) => `${number(count)} steps with ${found.word} as input; the bar shows how far its vector was moved in all steps together.`;
  return [
    part(`Noise that pushed ${found.word} away`, found.negatives, of(found.n_steps)),
    part(`Words seen beside ${found.word} that pulled it`, found.positives, "Strongest first."),
  ];
}
