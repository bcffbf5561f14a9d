// The training room.

import { empty, h } from "../dom.js";

export async function show(main) {
  main.replaceChildren(h("h1", {}, "Training"), empty("Nothing here yet."));
}
