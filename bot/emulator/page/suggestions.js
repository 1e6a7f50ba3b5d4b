/** The list that opens above the command box. */

import { fill, h } from "./dom.js";

const LIST_ID = "suggestions";

export class Suggestions {
  #rows = [];
  #active = -1;
  #input = null;
  #title = h("div", { class: "suggestions-title" });
  #list = h("ul", { id: LIST_ID, role: "listbox", "aria-label": "Suggestions" });

  constructor() {
    this.element = h("div", { class: "suggestions", hidden: true }, this.#title, this.#list);
    // the box keeps the focus while the mouse chooses
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /**
   * Show rows `{label, description, detail, choose()}` for an input. `active` is the row that
   * Enter takes, or -1 where Enter should do what it does without a list.
   */
  show(input, { title = null, rows = [], active = -1 }) {
    if (this.#input !== input) this.#release();
    this.#input = input;
    this.#rows = rows;
    fill(this.#title, title);
    this.#title.hidden = title === null;
    fill(this.#list, rows.map((row, index) => this.#row(row, index)));
    this.element.hidden = rows.length === 0 && title === null;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    this.#moveTo(rows.length > 0 ? Math.min(active, rows.length - 1) : -1);
  }

  hide() {
    this.element.hidden = true;
    this.#rows = [];
    this.#active = -1;
    this.#release();
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get hasActive() {
    return this.isOpen && this.#active >= 0;
  }

  /** Move the highlight by one, around the ends. Returns false where there is nothing to move over. */
  move(step) {
    if (!this.isOpen || this.#rows.length === 0) return false;
    const from = this.#active === -1 && step < 0 ? 0 : this.#active;
    this.#moveTo((from + step + this.#rows.length) % this.#rows.length);
    return true;
  }

  chooseActive() {
    this.#rows[this.#active].choose();
  }

  #row({ label, description, detail, choose }, index) {
    return h(
      "li",
      { id: `${LIST_ID}-${index}`, role: "option", onclick: choose },
      h("span", { class: "suggestion-label" }, label),
      description && h("span", { class: "suggestion-description" }, description),
      detail && h("span", { class: "suggestion-detail" }, detail),
    );
  }

  #moveTo(index) {
    this.#active = index;
    [...this.#list.children].forEach((row, at) => {
      row.setAttribute("aria-selected", String(at === index));
      if (at === index) row.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) this.#input.setAttribute("aria-activedescendant", `${LIST_ID}-${index}`);
    else this.#input?.removeAttribute("aria-activedescendant");
  }

  #release() {
    this.#input?.setAttribute("aria-expanded", "false");
    this.#input?.removeAttribute("aria-activedescendant");
    this.#input = null;
  }
}

/** What makes an input the one a list of suggestions belongs to. */
export const COMBOBOX = {
  role: "combobox", "aria-autocomplete": "list", "aria-controls": LIST_ID, "aria-expanded": "false",
  autocomplete: "off", spellcheck: "false",
};
