/** A chosen command in the box: its name, a field for each option in use, and a place to type on. */

import { growing, h, isAtCaretStart } from "./dom.js";
import { OptionType, mainTextOption, splitNamed } from "./commands.js";
import { namesOf } from "./localise.js";
import { OptionField } from "./optionfield.js";
import { OptionHints } from "./optionhints.js";
import { COMBOBOX } from "./suggestions.js";

export class CommandForm {
  #fields = [];
  #suggestions;
  #people;
  #on;
  #hints;
  #mirrorTail;

  /**
   * `on`: `submit()`, `leave(text)` (back to plain text), `change()`, `older()` (history; true where
   * there was something), and `autocomplete(invocation, options)`, which returns choices.
   */
  constructor(invocation, { suggestions, people, on }) {
    this.invocation = invocation;
    this.#suggestions = suggestions;
    this.#people = people;
    this.#on = on;
    this.#hints = new OptionHints(this, suggestions, on.autocomplete);
    this.tail = h("textarea", {
      ...COMBOBOX, rows: 1, class: "tail", "aria-label": `More options of /${invocation.name}`,
      oninput: () => this.#onTailInput(), onfocus: () => this.#hints.showForTail(this.tail),
      onkeydown: (event) => this.#onTailKey(event),
    });
    const { wrapper, mirror } = growing(this.tail, "tail-space");
    this.#mirrorTail = mirror;
    this.element = h(
      "div",
      { class: "command-line" },
      h("span", { class: "command-name" }, `/${invocation.name}`),
      wrapper,
    );
    for (const option of invocation.options) if (option.required) this.#add(option);
  }

  /** Fill in values by option name, with fields for those that have none yet. */
  setValues(values) {
    for (const [name, value] of values) {
      const option = this.#option(name);
      if (!option) continue; // a command from the history may have changed since
      const field = this.#field(name) ?? this.#add(option);
      if (typeof value === "string") field.text = value;
      else field.pick(value);
    }
  }

  set rest(text) {
    this.tail.value = text;
    this.#mirrorTail();
  }

  /** What is filled in, as `setValues` takes it. */
  snapshot() {
    return this.#fields
      .filter((field) => !field.isEmpty && !field.file)
      .map((field) => [field.option.name, { name: field.text, value: field.value }]);
  }

  get values() {
    return new Map(this.#fields.filter((field) => !field.isEmpty).map((field) => [field.option.name, field.value]));
  }

  get files() {
    return this.#fields.map((field) => field.file).filter(Boolean);
  }

  /** Text that belongs to no option, after a last attempt to give it to one. */
  takeRest() {
    const text = this.tail.value.trim();
    const target = text && mainTextOption(this.invocation.options, this.values);
    if (!target) return text;
    (this.#field(target.name) ?? this.#add(target)).text = text;
    this.rest = "";
    return "";
  }

  /** Mark the options that were refused and go to the first. */
  showErrors(errors) {
    const options = errors.map(({ option }) => option && this.#option(option)).filter(Boolean);
    const fields = options.map((option) => this.#field(option.name) ?? this.#add(option));
    for (const field of fields) field.error = true;
    (fields[0] ?? this).focus();
  }

  /** Go to the first field without a value, else to the end of the line. */
  focus() {
    const empty = this.#fields.find((field) => field.isEmpty);
    if (empty) empty.focus();
    else this.tail.focus();
  }

  focusField(name) {
    this.#field(name)?.focus();
  }

  focusLast() {
    (this.#fields.at(-1) ?? this.tail).focus();
  }

  #option(name) {
    return this.invocation.options.find((option) => option.name === name);
  }

  #field(name) {
    return this.#fields.find((field) => field.option.name === name);
  }

  /** The options without a field. */
  get remaining() {
    return this.invocation.options.filter(({ name }) => !this.#field(name));
  }

  #add(option) {
    const field = new OptionField(option, this.#people, {
      input: (changed) => this.#onInput(changed),
      focus: (focused) => this.#hints.showFor(focused),
      key: (event, pressed) => this.#onKey(event, pressed),
      remove: (removed) => this.#remove(removed),
    });
    this.#fields.push(field);
    this.element.insertBefore(field.element, this.tail.parentNode);
    return field;
  }

  /** Go to an option's field, which is added if need be. */
  use(option, text = "") {
    this.rest = "";
    const field = this.#field(option.name) ?? this.#add(option);
    field.text = text;
    field.focus();
    this.#on.change();
  }

  /** Fill in a choice and go on. */
  pick(field, choice) {
    field.pick(choice);
    field.error = false;
    this.#on.change();
    this.#next(field);
  }

  #remove(field) {
    const index = this.#fields.indexOf(field);
    this.#fields.splice(index, 1);
    field.element.remove();
    this.#on.change();
    (this.#fields[index - 1] ?? this.tail).focus();
  }

  #next(field) {
    (this.#fields[this.#fields.indexOf(field) + 1] ?? this.tail).focus();
  }

  // --- typing -----------------------------------------------------------------------------------

  #onInput(field) {
    field.error = false;
    this.#on.change();
    const isText = field.option.type === OptionType.STRING;
    if (isText && field.input.selectionEnd === field.text.length) this.#splitOff(field);
    else if (!isText && field.text.endsWith(" ")) {
      field.text = field.text.trim();
      this.#next(field);
    }
    if (document.activeElement === field.input) this.#hints.showFor(field);
  }

  /** `a red circle seconds:2` typed into a text: the pair becomes a field of its own. */
  #splitOff(field) {
    const { text, named } = splitNamed(field.text, this.remaining);
    if (named.length === 0) return;
    field.text = text;
    this.setValues(named);
    this.focusField(named.at(-1)[0]);
  }

  #onTailInput() {
    this.#on.change();
    const { text, named } = splitNamed(this.tail.value, this.remaining);
    if (named.length > 0) {
      this.rest = text;
      this.setValues(named);
      this.focusField(named.at(-1)[0]);
      return;
    }
    const isName = this.remaining.some((option) => namesOf(option).some((name) => name.startsWith(text.trim())));
    const target = mainTextOption(this.invocation.options, this.values);
    if (!isName && target) this.use(target, text);
    else this.#hints.showForTail(this.tail);
  }

  // --- keys -------------------------------------------------------------------------------------

  #onKey(event, field) {
    if (this.#onCommonKey(event)) return;
    if (event.key === "Tab" && !event.shiftKey) this.#next(field);
    else if (event.key === "Backspace" && field.input.type !== "file" && isAtCaretStart(field.input)) this.#backOut(field);
    else return;
    event.preventDefault();
  }

  /** An empty field goes away; one with text only lets the caret leave it, so that no text is lost. */
  #backOut(field) {
    const index = this.#fields.indexOf(field);
    if (!field.isEmpty) this.#fields[index - 1]?.focus();
    else if (this.#fields.length > 1) this.#remove(field);
    else this.#on.leave(`/${this.invocation.name}`);
  }

  #onTailKey(event) {
    if (this.#onCommonKey(event)) return;
    if (event.key !== "Backspace" || this.tail.value !== "") return;
    if (this.#fields.length > 0) this.#fields.at(-1).focus();
    else this.#on.leave(`/${this.invocation.name}`);
    event.preventDefault();
  }

  #onCommonKey(event) {
    if (event.isComposing) return true;
    const { key } = event;
    const isChoosing = this.#suggestions.hasActive && (key === "Enter" || (key === "Tab" && !event.shiftKey));
    if (isChoosing) this.#suggestions.chooseActive();
    else if (key === "Enter") this.#on.submit();
    else if (key === "Escape") this.#suggestions.hide();
    else if (key === "ArrowUp" && this.#on.older()) return this.#done(event);
    else if (key === "ArrowDown" || key === "ArrowUp") this.#suggestions.move(key === "ArrowDown" ? 1 : -1);
    else return false;
    return this.#done(event);
  }

  #done(event) {
    event.preventDefault();
    return true;
  }
}
