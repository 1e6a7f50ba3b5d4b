/** What the list above the box offers while a command is filled in: choices, or further options. */

import { h } from "./dom.js";
import { toOptions } from "./commands.js";
import { namesOf } from "./localise.js";

const AUTOCOMPLETE_DELAY = 200; // milliseconds

export class OptionHints {
  #suggestions;
  #form;
  #autocomplete;
  #asked = 0; // counts what was asked for, so that a late answer is not shown for something else

  /** `autocomplete(invocation, options)` resolves to the bot's choices. */
  constructor(form, suggestions, autocomplete) {
    this.#form = form;
    this.#suggestions = suggestions;
    this.#autocomplete = autocomplete;
  }

  /** For an option's field: its choices where it has some, else the options not in use yet. */
  showFor(field) {
    const { option } = field;
    const title = [h("strong", {}, option.label), ` ${option.description}`];
    const asked = ++this.#asked;
    if (option.autocomplete) {
      this.#suggestions.show(field.input, { title: [title, " · looking…"] });
      this.#complete(field, title, asked);
      return;
    }
    const choices = field.choices();
    if (choices.length > 0) this.#showChoices(field, title, choices);
    else this.#suggestions.show(field.input, { title, rows: this.#optionRows(this.#form.remaining) });
  }

  /** For the end of the line: the options not in use that begin with what is typed there. */
  showForTail(tail) {
    this.#asked += 1;
    const { name, description } = this.#form.invocation;
    const typed = tail.value.trim();
    const rows = this.#optionRows(this.#form.remaining.filter((option) => namesOf(option).some((each) => each.startsWith(typed))));
    const title = [h("strong", {}, `/${name}`), ` ${description}`];
    this.#suggestions.show(tail, { title, rows, active: typed ? 0 : -1 });
  }

  async #complete(field, title, asked) {
    await new Promise((resolve) => setTimeout(resolve, AUTOCOMPLETE_DELAY));
    if (asked !== this.#asked) return;
    const { invocation, values } = this.#form;
    const options = toOptions(invocation, values.set(field.option.name, field.text), field.option.name);
    const choices = await this.#autocomplete(invocation, options);
    if (asked === this.#asked && document.activeElement === field.input) this.#showChoices(field, title, choices);
  }

  /** The first choice is taken by Enter while something is typed that is no choice yet. */
  #showChoices(field, title, choices) {
    const rows = choices.map((choice) => ({ label: choice.name, choose: () => this.#form.pick(field, choice) }));
    const isChoosing = field.text.trim() !== "" && !field.isSettled;
    this.#suggestions.show(field.input, { title, rows, active: isChoosing ? 0 : -1 });
  }

  #optionRows(options) {
    return options.map((option) => ({
      label: option.label,
      description: option.description,
      detail: option.required && "required",
      choose: () => this.#form.use(option),
    }));
  }
}
