// The samplers room.

import { empty, h } from "../dom.js";

export async function show(main) {
  main.replaceChildren(h("h1", {}, "Samplers"), empty("Nothing here yet."));
}
