/** The beginning of a channel, with something to try. */

import { h } from "./dom.js";
import { drum, icon } from "./icons.js";
import { isDirect } from "./store.js";

const EXAMPLE = { command: "video", line: "/video a red circle moving right on a white background" };

/** The nodes at the top of a channel; `use(line)` puts the example into the box. */
export function welcome(store, use) {
  const { channel } = store;
  const hasExample = store.slashCommands.some(({ name }) => name === EXAMPLE.command);
  return [
    isDirect(channel) ? drum(68) : h("span", { class: "welcome-mark" }, icon("hash", 40)),
    ...beginning(channel, store),
    hasExample &&
      h(
        "p",
        { class: "example" },
        h("span", {}, "Try:"),
        h("button", { type: "button", onclick: () => use(EXAMPLE.line) }, h("code", {}, EXAMPLE.line)),
      ),
  ].filter(Boolean);
}

function beginning(channel, store) {
  const title = store.titleOf(channel);
  if (isDirect(channel)) return [h("h2", {}, title), h("p", {}, `This is the start of your messages with ${title}.`)];
  if (channel.parent_id) return [h("h2", {}, title), h("p", {}, "This is the start of the thread.")];
  return [h("h2", {}, `Welcome to #${title}!`), h("p", {}, `This is the start of the #${title} channel.`)];
}
