// Form fields: a label, a hint, and an error message beside them.

import { freshId, h } from "./dom.js";

/**
 * A field: { element, input, value(), set(value), fault(message) }.
 * kind: "number" (sent as a number where it is one), "text", "long", "check", "choice" (with `choices`).
 */
export function field(name, label, { kind = "text", hint = "", choices = [], value = "", list = null } = {}) {
  const id = freshId(name);
  const described = `${id}-hint ${id}-error`;
  const input = makeInput(kind, choices, { id, name, "aria-describedby": described, list });
  const error = h("span", { class: "error", id: `${id}-error`, "aria-live": "polite" });
  const note = h("span", { class: "hint", id: `${id}-hint` }, hint);
  const made = {
    name,
    input,
    value: () => read(kind, input),
    set(given) {
      if (kind === "check") input.checked = given === true || given === "true" || given === "1";
      else input.value = given;
    },
    fault(message) {
      error.textContent = message ?? "";
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
  made.element =
    kind === "check"
      ? h("div", { class: "field" }, h("div", { class: "check" }, input, h("label", { for: id }, label)), note, error)
      : h("div", { class: "field" }, h("label", { for: id }, label), input, note, error);
  if (kind !== "choice" || choices.some((choice) => String(choice.value ?? choice) === String(value))) made.set(value);
  return made;
}

function makeInput(kind, choices, attributes) {
  if (kind === "long") return h("textarea", { rows: 5, spellcheck: "false", ...attributes });
  if (kind === "check") return h("input", { type: "checkbox", ...attributes });
  if (kind === "choice") {
    const option = (choice) => h("option", { value: choice.value ?? choice }, choice.label ?? choice);
    return h("select", attributes, choices.map(option));
  }
  // no type=number: it hides input that it cannot parse, and the server's message is more helpful
  const mode = kind === "number" ? { inputmode: "decimal" } : {};
  return h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...mode, ...attributes });
}

function read(kind, input) {
  if (kind === "check") return input.checked;
  const text = input.value.trim();
  if (kind !== "number") return kind === "long" ? input.value : text;
  const plain = text.replaceAll(/[,_\s]/g, "");
  if (plain === "") return null;
  return Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** A form: values(), faults({name: message}), and the values that differ from `usual`, for the address. */
export function form(fields, usual = {}) {
  const byName = new Map(fields.map((one) => [one.name, one]));
  return {
    values: () => Object.fromEntries(fields.map((one) => [one.name, one.value()])),
    /** Show each message beside its field; returns the messages that belong to no field. */
    faults(messages) {
      for (const one of fields) one.fault(messages[one.name]);
      return Object.entries(messages).filter(([name]) => !byName.has(name)).map(([, message]) => message);
    },
    fromAddress() {
      for (const [name, value] of new URLSearchParams(location.search)) byName.get(name)?.set(value);
    },
    /** Values that differ from `usual`, as text; those too long for an address are left out. */
    *changed() {
      for (const one of fields) {
        const value = one.input.type === "checkbox" ? String(one.input.checked) : one.input.value;
        if (value !== String(usual[one.name] ?? "") && value.length < 2000) yield [one.name, value];
      }
    },
    toAddress() {
      const query = new URLSearchParams([...this.changed()]).toString();
      history.replaceState(null, "", location.pathname + (query ? `?${query}` : ""));
    },
  };
}
