// The explorer room.

import { empty, h } from "../dom.js";

export async function show(main) {
  main.replaceChildren(h("h1", {}, "Explorer"), empty("Nothing here yet."));
}
