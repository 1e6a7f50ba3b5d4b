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
      style: `--size: ${size}px; ${isBot ? "" : colors(colorOf(user, store))}`,
    },
    isBot ? drum(size) : [...name][0]?.toUpperCase(),
  );
}

/** The ground, and dark or light ink, whichever reads better on it. */
function colors(ground) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(ground.slice(at, at + 2), 16));
  const isBright = 0.3 * red + 0.59 * green + 0.11 * blue > 150;
  return `--avatar: ${ground}; --ink: ${isBright ? "#16301f" : "#ffffff"}`;
}

function colorOf(user, store) {
  return store.person(user.id)?.avatar_color ?? COLORS[Number(BigInt(user.id) % BigInt(COLORS.length))];
}
