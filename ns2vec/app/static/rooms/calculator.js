// The calculator: pairs and batches are updated on typing; memory, time and money on demand.

import { ask, latest } from "../api.js";
import { bytes, copyButton, duration, empty, failed, figures, h, large, loading, number, settled, table } from "../dom.js";
import { field, form } from "../fields.js";

const PAIRS = { positives: "1000000", k: "5", batch_size: "1024", drop_last: "false" };
const RUN = {
  source: "size", n_words: "10000000", n_types: "50000", counts: "the 10000\ncat 500\nmoon 200", text: "", sentence_words: "",
  min_count: "1", vector_size: "100", window: "5", negative: "5", epochs: "5", workers: "2", sg: "true", calibrate: "true",
  price_an_hour: "", outlay: "", monthly: "", months: "",
};
const PARTS = {
  process: "Python, NumPy, ns2vec", syn0: "Input vectors", syn1neg: "Output vectors", tables: "Noise, thresholds",
  vocabulary: "Words and counts", encoded_corpus: "Encoded corpus", counting: "Left over from counting", workers: "Thread buffers",
};

export async function show(main) {
  const pairs = pairsPart();
  const run = runPart();
  main.replaceChildren(
    h("h1", {}, "Calculator"),
    h("p", { class: "quiet" }, "The size of an epoch of negative sampling: k noise words are drawn for each positive pair."),
    h("div", { class: "columns" }, pairs.form, pairs.result),
    run.element,
  );
  await pairs.start(run);
}

/** Store both forms in the address. */
function address(...forms) {
  const kept = new URLSearchParams();
  for (const one of forms) for (const [name, value] of one.changed()) kept.set(name, value);
  history.replaceState(null, "", location.pathname + (kept.size ? `?${kept}` : ""));
}

// ---- pairs ----

function pairsPart() {
  const fields = [
    field("positives", "Positive pairs", { kind: "number", value: PAIRS.positives, hint: "Pairs of words seen together, per epoch" }),
    field("k", "Negatives for each (k)", { kind: "number", value: PAIRS.k, hint: "5 to 20 for small corpora, 2 to 5 for large ones" }),
    field("batch_size", "Batch size", { kind: "number", value: PAIRS.batch_size, hint: "Pairs per batch, positive and negative; empty: no batches" }),
    field("drop_last", "Leave out the last batch if it is not full", { kind: "check", value: PAIRS.drop_last }),
  ];
  const asked = form(fields, PAIRS);
  const result = h("section", { class: "stack", "aria-label": "Result" }, loading("Counting …"));
  const ask1 = latest();
  let answer = null;
  let others = [];

  async function count() {
    address(asked, ...others);
    try {
      answer = await ask1("/api/pairs", { body: asked.values() });
    } catch (error) {
      if (error.name === "AbortError") return;
      const rest = asked.faults(error.fields ?? {});
      if (rest.length || !Object.keys(error.fields ?? {}).length) result.replaceChildren(failed(error, count));
      else result.replaceChildren(empty("The field that is marked needs another value."));
      return;
    }
    asked.faults({});
    result.replaceChildren(
      figures([
        ["Positives", number(answer.positives)],
        ["Negatives", number(answer.negatives)],
        ["Pairs", number(answer.pairs), "positives and negatives"],
        ["Batches per epoch", answer.batches === null ? "–" : number(answer.batches)],
      ]),
      buttons(() => answer),
    );
  }

  const element = h("form", { class: "card stack", novalidate: true, "aria-label": "Pairs" }, fields.map((one) => one.element),
    h("button", { class: "main" }, "Count"));
  element.addEventListener("input", settled(120, count));
  element.addEventListener("submit", (event) => { event.preventDefault(); count(); });
  return {
    form: element,
    result,
    async start(run) {
      others = [run.asked];
      run.others.push(asked);
      asked.fromAddress();
      run.start();
      await count();
    },
  };
}

function buttons(answer) {
  return h("div", { class: "row", "data-only-live": true },
    copyButton("Copy as command", () => answer().command),
    copyButton("Copy as JSON", () => JSON.stringify(answer(), null, 2)),
    copyButton("Copy link", () => location.href),
  );
}

// ---- memory, time, money ----

function runFields() {
  const of = (name, label, kind = "number", more = {}) => field(name, label, { kind, value: RUN[name], ...more });
  return {
    corpus: [
      of("source", "Corpus", "choice", { choices: [
        { value: "size", label: "Only its size is known" },
        { value: "counts", label: "Counts of its words" },
        { value: "text", label: "The text itself" },
      ] }),
      of("n_words", "Corpus words"),
      of("n_types", "Distinct words (V)"),
      of("counts", "Counts", "long", { hint: "One word and its count per line" }),
      of("text", "Text", "long", { hint: "One sentence per line; the text is not stored" }),
      of("sentence_words", "Sentence length", "number", { hint: "Mean number of words; empty: 20" }),
      of("min_count", "Minimum count", "number", { hint: "Words that occur less often are left out" }),
    ],
    model: [
      of("vector_size", "Dimensions (d)"), of("window", "Window"), of("negative", "Negatives (k)"), of("epochs", "Epochs"),
      of("workers", "Threads"), of("sg", "Skip-gram (otherwise CBOW)", "check"),
      of("calibrate", "Measure the speed of this machine", "check", { hint: "Takes a second or two; needed to estimate the time" }),
    ],
    money: [
      of("price_an_hour", "Price per hour", "number", { hint: "For the machine, in any currency" }), of("outlay", "Outlay", "number", { hint: "The one-off cost of the project" }),
      of("monthly", "Income per month"), of("months", "Months"),
    ],
  };
}

const SHOWN = { n_words: "size", n_types: "size", counts: "counts", text: "text", sentence_words: "size counts" };

function runPart() {
  const groups = runFields();
  const fields = Object.values(groups).flat();
  const asked = form(fields, RUN);
  const others = [];
  fields[0].element.classList.add("wide");
  const result = h("section", { class: "stack", "aria-label": "Estimate" }, empty("Press Estimate to see memory, operations, time and cost here."));
  const button = h("button", { class: "main" }, "Estimate");

  function showFields() {
    const source = fields[0].value();
    for (const one of groups.corpus) one.element.hidden = name(one) in SHOWN && !SHOWN[name(one)].split(" ").includes(source);
  }
  const name = (one) => one.name;

  async function estimate(event) {
    event?.preventDefault();
    address(...others, asked);
    button.disabled = true;
    result.replaceChildren(loading(fields.find((one) => one.name === "calibrate").value() ? "Measuring this machine …" : "Calculating …"));
    try {
      showEstimate(result, await ask("/api/estimate", { body: question(asked.values()) }), fields[0].value());
      asked.faults({});
    } catch (error) {
      const rest = asked.faults(error.fields ?? {});
      const isTold = Object.keys(error.fields ?? {}).length > 0 && !rest.length;
      result.replaceChildren(isTold ? empty("The field that is marked needs another value.") : failed(error, estimate));
      element.querySelector('[aria-invalid="true"]')?.focus();
    }
    button.disabled = false;
  }

  const group = (title, list) => h("fieldset", {}, h("legend", {}, title), h("div", { class: "pairwise" }, list.map((one) => one.element)));
  const inside = h("form", { class: "inside stack", novalidate: true, "aria-label": "Training run" },
    h("div", { class: "groups" }, group("Corpus", groups.corpus), group("Model", groups.model), group("Money", groups.money)), h("div", {}, button),
    result,
  );
  inside.addEventListener("submit", estimate);
  inside.addEventListener("input", () => { showFields(); address(...others, asked); });
  const element = h("details", { class: "below" }, h("summary", {}, "Memory, time and money of a training run"), inside);
  return {
    element,
    asked,
    others,
    start() {
      asked.fromAddress();
      element.open = [...asked.changed()].length > 0;
      showFields();
    },
  };
}

/** Keep only the fields of the chosen source; empty ones get the server's defaults. */
function question(values) {
  const kept = Object.entries(values).filter(([name, value]) =>
    value !== null && !(name in SHOWN && !SHOWN[name].split(" ").includes(values.source)));
  return Object.fromEntries(kept);
}

function showEstimate(result, answer, source) {
  const found = answer.estimate;
  const total = found.seconds ? Object.values(found.seconds).reduce((sum, one) => sum + one, 0) : null;
  const cards = [
    ["Parameters", number(found.parameters), `${number(found.vocabulary)} words`],
    ["Memory", bytes(found.memory_total), "of the process, while training"],
    ["Operations", large(found.flop), "floating-point, per epoch"],
    ["Pairs scored", large(found.scored_pairs), "per epoch"],
    ["Time", total === null ? "–" : duration(total), total === null ? "not measured" : `${number(Math.round(found.words_per_second))} words/s here`],
  ];
  if (answer.cost !== null) cards.push(["Cost", number(answer.cost, 3), "for the machine"]);
  if (answer.returns) {
    const { roi, gain, months_to_even: even } = answer.returns;
    cards.push(["Return on investment", `${number(roi * 100, 3)} %`, `gain ${number(gain)}; ${even === null ? "never breaks even" : `breaks even after ${number(even, 2)} months`}`]);
  }
  const parts = Object.entries(found.memory).map(([part, size]) => [PARTS[part] ?? part, bytes(size)]);
  const notes = [...found.assumptions, ...(source === "size" ? ["the r-th word occurs 1 / r times as often as the first (Zipf)"] : [])].map((one) => h("li", {}, one));
  result.replaceChildren(
    figures(cards),
    h("h2", {}, "Memory by part"),
    table("Memory by part", ["Part", { text: "Size", number: true }], parts),
    notes.length ? h("div", {}, h("h2", {}, "Assumptions"), h("ul", {}, notes)) : "",
    buttons(() => answer),
  );
}
