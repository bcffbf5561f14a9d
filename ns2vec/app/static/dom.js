// Elements without markup in strings: content from a model or a file is always text, never HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: h("a", { href: "/", class: "x", onclick: f, hidden: true }, "text", child). */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

let lastId = 0;
/** An id that no other element has. */
export function freshId(stem = "id") {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** A readable number: 1,234,567, or four significant digits. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return value.toLocaleString("en", { maximumSignificantDigits: digits });
}

/** A fixed number of significant digits, with trailing zeros: for columns of numbers. */
export function fixed(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return value.toLocaleString("en", { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
}

/** Readable bytes. */
export function bytes(value) {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (value >= size) return `${number(value / size, 3)} ${unit}`;
  }
  return `${number(value)} B`;
}

/** A large number in words: 141 billion. */
export function large(value) {
  for (const [unit, size] of [["trillion", 1e12], ["billion", 1e9], ["million", 1e6]]) {
    if (value >= size) return `${number(value / size, 3)} ${unit}`;
  }
  return number(value);
}

/** Readable seconds. */
export function duration(seconds) {
  if (seconds < 1) return `${number(seconds, 2)} s`;
  if (seconds < 120) return `${number(seconds, 3)} s`;
  if (seconds < 7200) return `${number(seconds / 60, 3)} min`;
  if (seconds < 172800) return `${number(seconds / 3600, 3)} h`;
  return `${number(seconds / 86400, 3)} days`;
}

/** A table: heads are strings or {text, number}; cells are strings, numbers or elements. */
export function table(caption, heads, rows) {
  const kinds = heads.map((head) => (head.number ? "number" : "word"));
  const cell = (value, i) => h("td", { class: kinds[i] }, typeof value === "number" ? number(value) : value);
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "only-heard" }, caption),
      h("thead", {}, h("tr", {}, heads.map((head, i) => h("th", { scope: "col", class: kinds[i] }, head.text ?? head)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell)))),
    ),
  );
}

/** Cards with one figure each: [[name, value, note], ...]. */
export function figures(entries) {
  const one = ([name, value, note]) =>
    h("div", { class: "figure" }, h("dt", {}, name), h("dd", {}, value, note ? h("span", { class: "note" }, note) : null));
  return h("dl", { class: "cards" }, entries.map(one));
}

/** What is shown when there is nothing yet. */
export function empty(...children) {
  return h("p", { class: "state" }, ...children);
}

/** What is shown while something loads. */
export function loading(text = "Loading …") {
  return h("p", { class: "state", role: "status" }, text);
}

/** What is shown after a failure, with a button if it can be tried again. */
export function failed(error, again) {
  const button = again ? h("button", { onclick: again }, "Try again") : null;
  return h("div", { class: "state is-error", role: "alert" }, h("p", {}, error.message ?? String(error)), button);
}

/** Wait until `milliseconds` after the last call, then call with the last arguments. */
export function settled(milliseconds, call) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds, ...values);
  };
}

/** Download a file. */
export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A button that copies the result of `text()`, and confirms it. */
export function copyButton(name, text) {
  const button = h("button", { type: "button" }, name);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied: the browser does not allow it";
    }
    setTimeout(() => { button.textContent = name; }, 1500);
  });
  return button;
}
