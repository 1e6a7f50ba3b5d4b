/** The beginning of a channel, with something to try. */

import { h } from "./dom.js";
import { drum, icon } from "./icons.js";
import { channelTitle } from "./sidebar.js";

const EXAMPLE = { command: "video", line: "/video a red circle moving right on a white background" };

/** The nodes at the top of a channel; `use(line)` puts the example into the box. */
export function welcome(store, use) {
  const { channel } = store;
  const title = channelTitle(channel, store);
  const isText = channel.type === 0;
  const hasExample = store.slashCommands.some(({ name }) => name === EXAMPLE.command);
  return [
    isText ? h("span", { class: "welcome-mark" }, icon("hash", 40)) : drum(68),
    h("h2", {}, isText ? `Welcome to #${title}!` : title),
    h("p", {}, isText ? `This is the start of the #${title} channel.` : `This is the start of your messages with ${title}.`),
    hasExample &&
      h(
        "p",
        { class: "example" },
        h("span", {}, "Try:"),
        h("button", { type: "button", onclick: () => use(EXAMPLE.line) }, h("code", {}, EXAMPLE.line)),
      ),
  ].filter(Boolean);
}
