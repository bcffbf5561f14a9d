// The frame of every page: the theme, what the server allows, and the module of the room.

import { ask, hasToken, takeToken } from "./api.js";
import { failed, h } from "./dom.js";
import { saveButton } from "./save.js";

const THEME = "ns2vec-theme";
const THEMES = ["system", "light", "dark"];

function showTheme(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.dispatchEvent(new Event("theme"));
}

function themeButton() {
  const button = h("button", { class: "plain", type: "button" });
  const show = (name) => {
    showTheme(name);
    button.textContent = `Theme: ${name}`;
  };
  button.addEventListener("click", () => {
    const now = localStorage.getItem(THEME) ?? "system";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    localStorage.setItem(THEME, next);
    show(next);
  });
  show(localStorage.getItem(THEME) ?? "system");
  return button;
}

async function showServer(foot) {
  try {
    const found = await ask("/healthz");
    const may = found.read_only ? "read-only" : hasToken() ? "changes allowed" : "view only: open the printed address to make changes";
    foot.replaceChildren(h("span", {}, `ns2vec ${found.version}`), h("span", {}, may), h("a", { href: "/api/openapi.json" }, "API"));
  } catch (error) {
    foot.replaceChildren(h("span", {}, error.message));
  }
}

async function showRoom(main) {
  const title = main.querySelector("h1");
  try {
    const room = await import(`./rooms/${main.dataset.room}.js`);
    await room.show(main);
  } catch (error) {
    main.replaceChildren(title, failed(error, () => location.reload()));
    throw error;
  }
}

takeToken();
const main = document.getElementById("room");
document.getElementById("tools").replaceChildren(saveButton(main), themeButton());
showServer(document.getElementById("foot"));
await showRoom(main);
