// A room as one self-contained HTML file: its visible content and styles, without scripts.

import { download, h } from "./dom.js";

async function styles() {
  const texts = [...document.styleSheets].map((sheet) => [...sheet.cssRules].map((rule) => rule.cssText).join("\n"));
  return texts.join("\n");
}

/** Copy the elements; canvases become pictures, fields keep their values, buttons are removed. */
function frozen(main) {
  const copy = main.cloneNode(true);
  const [was, is] = [main, copy].map((root) => [...root.querySelectorAll("*")]);
  was.forEach((old, i) => {
    const twin = is[i];
    if (old.tagName === "CANVAS") twin.replaceWith(picture(old));
    else if (old.tagName === "TEXTAREA") twin.textContent = old.value;
    else if (old.tagName === "SELECT") [...twin.options].forEach((option, j) => option.toggleAttribute("selected", j === old.selectedIndex));
    else if (old.type === "checkbox" || old.type === "radio") twin.toggleAttribute("checked", old.checked);
    else if (old.tagName === "INPUT") twin.setAttribute("value", old.value);
    if (twin.matches("input, textarea, select")) twin.setAttribute("disabled", "");
  });
  copy.querySelectorAll("button, datalist, [data-only-live]").forEach((element) => element.remove());
  return copy;
}

function picture(canvas) {
  const image = h("img", { alt: canvas.getAttribute("aria-label") ?? "", class: canvas.className });
  image.src = canvas.toDataURL("image/png");
  return image;
}

/** The whole file as text. */
export async function roomAsHtml(main) {
  const theme = document.documentElement.dataset.theme;
  const page = h("html", { lang: "en", "data-theme": theme });
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  const head = h("head", {}, h("meta", { charset: "utf-8" }), h("meta", { "http-equiv": "Content-Security-Policy", content: policy }));
  head.append(h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }), h("title", {}, document.title));
  const made = `Saved from ns2vec on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  page.append(head, h("body", {}, frozen(main), h("footer", { class: "foot" }, made)));
  const style = `<style>${(await styles()).replaceAll("</", "<\\/")}</style>`;
  return `<!doctype html>\n${page.outerHTML.replace("</head>", () => `${style}</head>`)}`;
}

/** The button that saves the room. */
export function saveButton(main) {
  const save = async () => download(`ns2vec-${main.dataset.room}.html`, await roomAsHtml(main), "text/html");
  return h("button", { class: "plain", type: "button", onclick: save }, "Save page");
}
