// The calculator room.

import { empty, h } from "../dom.js";

export async function show(main) {
  main.replaceChildren(h("h1", {}, "Calculator"), empty("Nothing here yet."));
}
