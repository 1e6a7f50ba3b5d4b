/** The commands of a message's menu, as Discord has them under "Apps". */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

let lastId = 0;

/** A button that opens the list; `commands()` gives `[{name, label}]`, and `use(name)` is what a choice does. */
export function messageMenu({ commands, use }) {
  const id = `message-menu-${++lastId}`;
  const button = h(
    "button",
    { type: "button", class: "message-menu-button", popovertarget: id, "aria-label": "Apps", "aria-haspopup": "menu" },
    icon("more", 18),
  );
  const list = h("ul", { id, class: "select-list message-menu", role: "menu", popover: "auto" });
  const row = ({ name, label }, index) => {
    const choose = () => {
      list.hidePopover();
      use(name);
    };
    return h("li", { role: "none" }, h("button", { type: "button", role: "menuitem", autofocus: index === 0, onclick: choose }, label));
  };
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...list.querySelectorAll("button")];
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  });
  list.addEventListener("beforetoggle", ({ newState }) => {
    if (newState !== "open") return;
    fill(list, commands().map(row));
    const { right, top, bottom } = button.getBoundingClientRect();
    const isBelow = innerHeight - bottom > top;
    Object.assign(list.style, {
      right: `${innerWidth - right}px`,
      left: "auto",
      top: isBelow ? `${bottom + 4}px` : "auto",
      bottom: isBelow ? "auto" : `${innerHeight - top + 4}px`,
    });
  });
  return h("div", { class: "message-tools" }, button, list);
}
