/** One option of a command in the box: its name, and what is typed or picked for it. */

import { growing, h } from "./dom.js";
import { OptionType } from "./commands.js";
import { readFile } from "./files.js";
import { icon } from "./icons.js";
import { COMBOBOX } from "./suggestions.js";

const YES_NO = [{ name: "True", value: true }, { name: "False", value: false }];

export class OptionField {
  #picked = null;
  #file = null;
  #mirror = () => {};

  /** `on`: `input(field)`, `focus(field)`, `key(event, field)`, `remove(field)`. */
  constructor(option, people, on) {
    this.option = option;
    this.people = people;
    this.element = h(
      "span",
      { class: "option-field", dataset: { option: option.name } },
      h("span", { class: "option-name" }, option.label),
      option.type === OptionType.ATTACHMENT ? this.#fileInput(on) : this.#textInput(on),
      h(
        "button",
        { type: "button", class: "option-remove", tabindex: -1, "aria-label": `Remove ${option.label}`, onclick: () => on.remove(this) },
        icon("close", 12),
      ),
    );
  }

  #textInput(on) {
    this.input = h("textarea", {
      ...COMBOBOX, rows: 1, "aria-label": this.option.label, "aria-required": this.option.required && "true",
      oninput: () => {
        this.#picked = null;
        this.input.value = this.input.value.replace(/\s*\n\s*/g, " ");
        this.#mirror();
        on.input(this);
      },
      onfocus: () => on.focus(this),
      onkeydown: (event) => on.key(event, this),
    });
    const { wrapper, mirror } = growing(this.input);
    this.#mirror = mirror;
    return wrapper;
  }

  #fileInput(on) {
    this.input = h("input", {
      type: "file", "aria-label": this.option.label, onfocus: () => on.focus(this),
      onkeydown: (event) => event.key !== "Enter" && on.key(event, this),
      onchange: async () => {
        this.#file = this.input.files[0] ? await readFile(this.option.name, this.input.files[0]) : null;
        on.input(this);
      },
    });
    return this.input;
  }

  get text() {
    return this.option.type === OptionType.ATTACHMENT ? "" : this.input.value;
  }

  set text(text) {
    this.#picked = null;
    this.input.value = text;
    this.#mirror();
  }

  get isEmpty() {
    return this.value === "";
  }

  /** What is sent: the picked choice's value, or the text. */
  get value() {
    if (this.option.type === OptionType.ATTACHMENT) return this.#file?.id ?? "";
    if (this.#picked !== null) return this.#picked.value;
    const text = this.text.trim();
    const same = this.#fixedChoices().find(({ name }) => name.toLowerCase() === text.toLowerCase());
    return same ? same.value : text;
  }

  get file() {
    return this.#file;
  }

  pick({ name, value }) {
    this.text = name;
    this.#picked = { value };
  }

  /** The choices that fit what is typed; all of them once one is settled. */
  choices() {
    const all = this.#fixedChoices();
    const typed = this.text.trim().toLowerCase();
    const isSettled = all.some(({ name }) => name.toLowerCase() === typed);
    return isSettled ? all : all.filter(({ name }) => name.toLowerCase().includes(typed));
  }

  get isSettled() {
    const typed = this.text.trim().toLowerCase();
    return this.#picked !== null || this.#fixedChoices().some(({ name }) => name.toLowerCase() === typed);
  }

  focus() {
    this.input.focus();
    this.input.setSelectionRange?.(this.text.length, this.text.length);
  }

  set error(message) {
    this.element.classList.toggle("invalid", Boolean(message));
    this.input.toggleAttribute("aria-invalid", Boolean(message));
  }

  #fixedChoices() {
    const { type, choices } = this.option;
    const asChoices = (options) => options.map(({ label, value }) => ({ name: label, value }));
    if (choices?.length) return choices;
    if (type === OptionType.BOOLEAN) return YES_NO;
    if (type === OptionType.USER) return asChoices(this.people.users());
    if (type === OptionType.ROLE) return asChoices(this.people.roles());
    if (type === OptionType.CHANNEL) return asChoices(this.people.channels());
    if (type === OptionType.MENTIONABLE) return asChoices([...this.people.users(), ...this.people.roles()]);
    return [];
  }
}
