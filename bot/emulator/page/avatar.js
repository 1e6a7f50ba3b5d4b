/** Pictures of people: an initial on their colour, or the zoetrope for the bot. */

import { h } from "./dom.js";
import { drum } from "./icons.js";

const COLORS = ["#7c5cff", "#d9486e", "#2a9d6f", "#c9702b", "#3577d4", "#a144b8"];

export function avatar(user, store, size = 40) {
  const isBot = store.bot.id === user.id;
  const name = store.nameOf(user);
  return h(
    "span",
    {
      class: "avatar",
      "aria-hidden": "true",
      style: `--size: ${size}px; --avatar: ${isBot ? "transparent" : colorOf(user, store)}`,
    },
    isBot ? drum(size) : [...name][0]?.toUpperCase(),
  );
}

function colorOf(user, store) {
  const color = user.avatar_color ?? store.person(user.id)?.avatar_color;
  if (typeof color === "number") return `#${color.toString(16).padStart(6, "0")}`;
  return color ?? COLORS[Number(BigInt(user.id) % BigInt(COLORS.length))];
}
