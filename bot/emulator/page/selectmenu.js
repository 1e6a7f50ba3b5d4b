/** A select menu with descriptions, as messages and forms show them: one or several choices. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

let lastId = 0;

/** Sits on the page like a form field: `element`, `values`, and `onCommit(values)` when the list closes. */
export class SelectMenu {
  #options;
  #most;
  #list;
  #active = 0;
  #before = "";

  constructor({ options, placeholder, label, id = null, customId, most = 1, disabled = false, onCommit = () => {} }) {
    this.#options = options;
    this.#most = most;
    this.placeholder = placeholder ?? "Make a selection";
    this.chosen = new Set(options.filter((option) => option.default).map((option) => option.value));
    this.onCommit = onCommit;
    const listId = `select-list-${++lastId}`;
    this.button = h("button", {
      id, type: "button", class: "select", role: "combobox", disabled,
      "aria-label": label ?? this.placeholder, "aria-haspopup": "listbox", "aria-expanded": "false",
      "aria-controls": listId, dataset: customId ? { customId } : {}, popovertarget: listId,
      onkeydown: (event) => this.#onKey(event),
    });
    this.#list = h("ul", {
      id: listId, class: "select-list", role: "listbox", popover: "auto",
      "aria-multiselectable": most > 1 && "true", ontoggle: (event) => this.#onToggle(event),
    });
    this.element = h("div", { class: "select-menu" }, this.button, this.#list);
    this.#draw();
  }

  get values() {
    return this.#options.map(({ value }) => value).filter((value) => this.chosen.has(value));
  }

  #onToggle({ newState }) {
    const isOpen = newState === "open";
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      this.#before = this.values.join("\n");
      this.#active = Math.max(0, this.#options.findIndex(({ value }) => this.chosen.has(value)));
      this.#place();
      this.#draw();
      return;
    }
    this.button.removeAttribute("aria-activedescendant");
    if (this.values.join("\n") !== this.#before) this.onCommit(this.values);
  }

  /** Below the button, or above it where there is more room. */
  #place() {
    const { left, top, bottom, width } = this.button.getBoundingClientRect();
    const below = innerHeight - bottom;
    const isBelow = below > 240 || below > top;
    Object.assign(this.#list.style, {
      left: `${left}px`,
      width: `${width}px`,
      top: isBelow ? `${bottom + 4}px` : "auto",
      bottom: isBelow ? "auto" : `${innerHeight - top + 4}px`,
      maxHeight: `${Math.min(320, (isBelow ? below : top) - 16)}px`,
    });
  }

  #draw() {
    const chosen = this.#options.filter(({ value }) => this.chosen.has(value));
    const text = chosen.length > 0 ? chosen.map(({ label }) => label).join(", ") : this.placeholder;
    this.button.classList.toggle("empty", chosen.length === 0);
    fill(this.button, h("span", { class: "select-text" }, text), icon("down", 18));
    fill(this.#list, this.#options.map((option, index) => this.#row(option, index)));
    if (this.#list.matches(":popover-open")) this.#point();
  }

  #row({ label, description, emoji, value }, index) {
    const isChosen = this.chosen.has(value);
    return h(
      "li",
      {
        id: `${this.#list.id}-${index}`, role: "option", "aria-selected": String(isChosen),
        onclick: () => this.#choose(index), dataset: { value },
        onpointermove: () => this.#moveTo(index),
      },
      emoji?.name && h("span", { class: "emoji" }, emoji.name),
      h("span", { class: "option-text" }, h("span", {}, label), description && h("small", {}, description)),
      isChosen && icon("check", 18),
    );
  }

  #point() {
    [...this.#list.children].forEach((row, index) => row.classList.toggle("active", index === this.#active));
    const active = this.#list.children[this.#active];
    if (!active) return;
    this.button.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  #moveTo(index) {
    const last = this.#options.length - 1;
    this.#active = Math.min(Math.max(index, 0), last);
    this.#point();
  }

  #choose(index) {
    const { value } = this.#options[index];
    if (this.#most === 1) {
      this.chosen = new Set([value]);
      this.#draw();
      this.#list.hidePopover();
      return;
    }
    if (!this.chosen.delete(value) && this.chosen.size < this.#most) this.chosen.add(value);
    this.#active = index;
    this.#draw();
  }

  #onKey(event) {
    const isOpen = this.#list.matches(":popover-open");
    const moves = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: Infinity };
    if (!isOpen && ["ArrowDown", "ArrowUp"].includes(event.key)) this.#list.showPopover();
    else if (isOpen && event.key in moves) this.#moveTo(moves[event.key]);
    else if (isOpen && [" ", "Enter"].includes(event.key)) this.#choose(this.#active);
    else if (isOpen && event.key === "Escape") this.#list.hidePopover();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
