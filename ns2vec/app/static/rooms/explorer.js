// The explorer: search and neighbours, analogies and other questions, the map, two models side by side.

import { ApiError, ask, hasToken, latest } from "../api.js";
import { empty, failed, h, loading, number, settled, table } from "../dom.js";
import { field } from "../fields.js";
import { mapPart } from "../map.js";

const LISTED = 12;
const sent = ".bin,.txt,.w2v,.vec,.glove,.ns2v";

export async function show(main) {
  const models = await ask("/api/models");
  const upload = uploadPart();
  if (!models.length) {
    main.replaceChildren(h("h1", {}, "Explorer"),
      empty("No model is open. Start with ", h("code", {}, "ns2vec app --model vectors.bin"), " or ", h("code", {}, "--demo"), "; the demo takes some seconds to train its first epoch."),
      upload, h("p", {}, h("button", { type: "button", onclick: () => location.reload() }, "Reload")));
    return;
  }
  const address = new URLSearchParams(location.search);
  const [first, second] = ["model", "other"].map((name) => modelChoice(name, models, address.get(name)));
  const state = { model: () => first.value(), other: () => second.value() };
  const seek = searchPart(state, () => map);
  const map = mapPart((word) => seek.go(word));
  const others = [analogyPart(state, seek), oddPart(state), similarityPart(state)];
  const compare = comparePart(state);
  const about = h("p", { class: "quiet small" });
  main.replaceChildren(
    h("h1", {}, "Explorer"),
    h("div", { class: "columns" },
      h("div", { class: "stack" }, h("div", { class: "card stack" }, h("div", { class: "pairwise" }, first.element, second.element), about, upload), seek.element, ...others),
      h("div", { class: "stack" }, map.element, compare.element)),
  );
  const tellModel = () => {
    const one = models.find((model) => model.name === state.model());
    about.textContent = `${number(one.n_words)} words, ${one.n_dims} dimensions. ${one.source}`;
  };
  first.input.addEventListener("change", () => { tellModel(); map.load(state.model()); seek.again(); });
  second.input.addEventListener("change", () => { compare.reset(); seek.again(); });
  tellModel();
  const began = seek.go(address.get("word") ?? "");
  await map.load(state.model());
  await began;
  seek.mark();
}

function modelChoice(name, models, value) {
  const choices = models.map((one) => one.name);
  const all = name === "other" ? [{ value: "", label: "none" }, ...choices] : choices;
  return field(name, name === "other" ? "Compare with" : "Model", { kind: "choice", choices: all, value: choices.includes(value) ? value : (name === "other" ? "" : choices[0]) });
}

function toAddress(word, state) {
  const kept = new URLSearchParams({ word, model: state.model() });
  if (state.other()) kept.set("other", state.other());
  history.replaceState(null, "", `${location.pathname}?${kept}`);
}

// ---- search and neighbours ----

function searchPart(state, map) {
  const list = h("datalist", { id: "known-words" });
  const word = field("word", "Word", { list: list.id, hint: "Enter shows its neighbours" });
  const result = h("div", { class: "stack", "aria-live": "polite" }, empty("Type a word, or click one on the map."));
  const [suggest, near] = [latest(), latest()];
  let found = [];

  async function go(text) {
    if (text) word.set(text);
    const asked = word.value();
    if (!asked) return;
    toAddress(asked, state);
    result.classList.add("is-waiting");
    const began = performance.now();
    try {
      const names = [state.model(), state.other()].filter((name, i) => name || i === 0);
      const answers = await Promise.all(names.map((model, i) => (i ? ask : near)("/api/most_similar", { body: { words: [asked], topn: LISTED, model } })));
      const about = await ask(`/api/words?${new URLSearchParams({ q: asked, most: 1, model: state.model() })}`);
      word.fault(answers[0][0].error ?? "");
      found = answers[0][0].error ? [] : [asked, ...answers[0][0].neighbours.map((one) => one.word)];
      result.replaceChildren(...(found.length ? [facts(about[0], asked), sideBySide(names, answers.map((one) => one[0]), go)] : [empty("No neighbours.")]));
      result.dataset.milliseconds = Math.round(performance.now() - began);
      map().mark(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      result.replaceChildren(failed(error, () => go(asked)));
    } finally {
      result.classList.remove("is-waiting");
    }
  }

  const complete = settled(120, async () => {
    if (!word.value()) return;
    try {
      const words = await suggest(`/api/words?${new URLSearchParams({ q: word.value(), most: 8, model: state.model() })}`);
      list.replaceChildren(...words.map((one) => h("option", { value: one.word })));
    } catch (error) {
      if (!(error instanceof ApiError) && error.name !== "AbortError") throw error;
    }
  });
  word.input.addEventListener("input", complete);
  const form = h("form", { class: "stack", role: "search", novalidate: true }, word.element, list, h("button", { class: "main" }, "Neighbours"));
  form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  const element = h("section", { class: "card stack", "aria-label": "Search" }, form, result);
  return { element, go, again: () => go(), mark: () => map().mark(found) };
}

function facts(about, asked) {
  if (!about || about.word !== asked) return h("p", { class: "quiet small" }, "");
  const count = about.count === null ? "count unknown" : `occurs ${number(about.count)} times`;
  return h("p", { class: "quiet small" }, `${about.word}: rank ${number(about.rank + 1)}, ${count}, length ${number(about.norm, 3)}`);
}

/** A table of neighbours for each model; a click on a word searches for it. */
function sideBySide(names, answers, go) {
  const link = (word) => h("button", { type: "button", class: "plain word", onclick: () => go(word) }, word);
  const shared = answers.length > 1 ? new Set(answers[0].neighbours.map((one) => one.word)) : null;
  const one = (answer, i) => {
    const rows = answer.neighbours.map((near) => [
      h("span", { class: shared && i && shared.has(near.word) ? "shared" : null }, link(near.word)), near.similarity.toFixed(3)]);
    const title = answers.length > 1 ? h("h3", {}, names[i]) : null;
    return h("div", {}, title, answer.error ? empty(answer.error) : table(`Neighbours in ${names[i]}`, ["Word", { text: "Cosine", number: true }], rows));
  };
  return h("div", { class: answers.length > 1 ? "pairwise" : "" }, answers.map(one));
}

// ---- other questions ----

/** A collapsed question: its fields, the request, and how to show the answer. */
function questionPart(title, fields, body, path, render) {
  const result = h("div", { "aria-live": "polite" });
  const inside = h("form", { class: "inside stack", novalidate: true, "aria-label": title }, fields.map((one) => one.element), h("button", { class: "main" }, "Ask"), result);
  inside.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const one of fields) one.fault("");
    result.replaceChildren(loading("Asking …"));
    try {
      result.replaceChildren(render(await ask(path, { body: body() })));
    } catch (error) {
      const owner = fields.find((one) => (one.covers ?? [one.name]).some((name) => name in (error.fields ?? {})));
      result.replaceChildren(...(owner ? [] : [failed(error)]));
      owner?.fault(error.message);
      owner?.input.focus();
    }
  });
  return h("details", {}, h("summary", {}, title), inside);
}

const split = (text) => text.split(/[\s,]+/).filter(Boolean);

function analogyPart(state, seek) {
  const given = field("positive", "Words to add", { value: "king woman" });
  const taken = field("negative", "Words to subtract", { value: "man" });
  const body = () => ({ positive: split(given.value()), negative: split(taken.value()), topn: LISTED, model: state.model() });
  return questionPart("Analogy: king − man + woman", [given, taken], body, "/api/analogy", (found) =>
    table("Answers", ["Word", { text: "Cosine", number: true }],
      found.map((one) => [h("button", { type: "button", class: "plain word", onclick: () => seek.go(one.word) }, one.word), one.similarity.toFixed(3)])));
}

function oddPart(state) {
  const words = field("words", "Words", { value: "paris rome berlin bigger", hint: "Three or more" });
  return questionPart("Odd one out", [words], () => ({ words: split(words.value()), model: state.model() }), "/api/odd_one_out", (found) =>
    h("div", {}, h("p", {}, h("strong", {}, found.odd_one_out), " fits the others least."),
      table("Cosine with the mean of all", ["Word", { text: "Cosine with the mean", number: true }], found.centrality.map((one) => [one.word, one.similarity.toFixed(3)]))));
}

function similarityPart(state) {
  const words = field("pairs", "Two words", { value: "king queen" });
  const body = () => ({ pairs: [split(words.value())], model: state.model() });
  words.covers = ["pairs", "pairs.0", "pairs.0.0", "pairs.0.1"];
  return questionPart("Similarity of two words", [words], body, "/api/similarity", ([cosine]) => h("p", {}, "Cosine: ", h("strong", {}, cosine.toFixed(4))));
}

// ---- two models ----

function comparePart(state) {
  const result = h("div", { class: "stack", "aria-live": "polite" });
  const button = h("button", { class: "main", type: "button" }, "Compare the most frequent words");
  const element = h("section", { class: "card stack", "aria-label": "Two models" }, h("h2", {}, "Two models side by side"),
    h("p", { class: "quiet" }, "How many of the ten nearest words two models have in common, for the 200 most frequent words that both know. Choose the other model under “Compare with”."), h("div", {}, button), result);
  button.addEventListener("click", async () => {
    if (!state.other()) {
      result.replaceChildren(empty("First choose another model under “Compare with”."));
      return;
    }
    result.replaceChildren(loading("Comparing …"));
    try {
      result.replaceChildren(...compared(await ask("/api/overlap", { body: { model: state.model(), other: state.other() } }), state));
    } catch (error) {
      result.replaceChildren(failed(error));
    }
  });
  return { element, reset: () => result.replaceChildren() };
}

function compared(found, state) {
  if (!found.n_words) return [empty("The two models have no word in common.")];
  const few = (list) => list.slice(0, 5).map((one) => one.word).join(", ");
  const rows = found.rows.slice(0, 50).map((row) => [row.word, `${Math.round(row.overlap * 100)} %`, few(row.model), few(row.other)]);
  return [
    h("p", {}, "On average ", h("strong", {}, `${number(found.mean * 100, 3)} %`), ` of the neighbours of ${number(found.n_words)} words are the same; both models know ${number(found.n_shared)} words.`),
    table("Least similar first", ["Word", { text: "In common", number: true }, `In ${state.model()}`, `In ${state.other()}`], rows),
  ];
}

// ---- uploaded vectors ----

function uploadPart() {
  if (!hasToken()) return h("p", { class: "quiet small" }, "To open a file of vectors here, use the address that was printed when the app started.");
  const input = h("input", { type: "file", accept: sent, id: "vectors-file" });
  const told = h("p", { class: "small", role: "status" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    told.textContent = "Reading …";
    const name = file.name.replaceAll(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(-100);
    try {
      await ask(`/api/models/${encodeURIComponent(name)}`, { method: "POST", body: file });
      location.search = new URLSearchParams({ model: name }).toString();
    } catch (error) {
      told.textContent = error.message;
    }
  });
  return h("div", { class: "field", "data-only-live": true }, h("label", { for: "vectors-file" }, "Open a file of vectors"), input, h("span", { class: "hint" }, "word2vec, fastText .vec, GloVe, .ns2v"), told);
}
