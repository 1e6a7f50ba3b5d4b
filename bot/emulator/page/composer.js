/** The box at the bottom: plain messages, commands, their errors, and what was sent before. */

import { fill, growing, h } from "./dom.js";
import { CommandForm } from "./commandform.js";
import { exactInvocation, invocationsOf, parseLine, suggestInvocations, toOptions } from "./commands.js";
import { icon } from "./icons.js";
import { COMBOBOX, Suggestions } from "./suggestions.js";

export class Composer {
  #store;
  #actions;
  #form = null;
  #isSending = false;
  #history = [];
  #recalled = 0; // how far back in the history the box is; 0 once something is typed
  #suggestions = new Suggestions();
  #errors = h("div", { class: "composer-errors", role: "alert", hidden: true });

  /**
   * `actions`: `sendMessage(content)` and `sendCommand(invocation, options, files)`, which return a list
   * of errors (empty when it went out), and `autocomplete(invocation, options)`, which returns choices.
   */
  constructor(store, actions) {
    this.#store = store;
    this.#actions = actions;
    this.input = h("textarea", {
      ...COMBOBOX, rows: 1, class: "plain-input",
      oninput: () => this.#onInput(), onkeydown: (event) => this.#onKey(event), onfocus: () => this.#suggestCommands(),
    });
    const { wrapper, mirror } = growing(this.input, "plain");
    this.#plain = wrapper;
    this.#mirror = mirror;
    this.#line = h("div", { class: "line" }, this.#plain);
    this.element = h(
      "form",
      { class: "composer", onsubmit: (event) => event.preventDefault(), onfocusout: (event) => this.#onFocusOut(event) },
      this.#suggestions.element,
      this.#errors,
      h(
        "div",
        { class: "box", onclick: (event) => event.target.closest("textarea, button, input") || this.focus() },
        this.#line,
        h("button", { type: "button", class: "send", "aria-label": "Send", onclick: () => this.submit() }, icon("send", 22)),
      ),
    );
  }

  #plain;
  #mirror;
  #line;

  set channelName(name) {
    this.input.placeholder = `Message ${name}`;
    this.input.setAttribute("aria-label", `Message ${name}`);
    this.#mirror();
  }

  /** Offer the commands there are now, to somebody who is in the middle of typing one. */
  draw() {
    if (document.activeElement === this.input) this.#suggestCommands();
  }

  focus() {
    if (this.#form) this.#form.focus();
    else this.input.focus();
  }

  /** Put a line into the box as if it had been typed, ready to be sent. */
  fill(text) {
    this.#leave(text);
    this.#onInput();
  }

  async submit() {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#suggestions.hide();
    try {
      const { errors, entry } = this.#form ? await this.#submitCommand() : await this.#submitPlain();
      if (errors.length > 0) this.#showErrors(errors);
      else if (entry) this.#clear(entry);
    } finally {
      this.#isSending = false;
    }
  }

  get #invocations() {
    return invocationsOf(this.#store.slashCommands);
  }

  async #submitPlain() {
    const text = this.input.value;
    if (text.trim() === "") return { errors: [] };
    if (/^\/[-\p{L}\p{N}]/u.test(text)) return this.#submitTypedCommand(text);
    return { errors: await this.#actions.sendMessage(text), entry: { text } };
  }

  /** `/queue` or `/settings show`, complete as it was typed. */
  async #submitTypedCommand(text) {
    const invocation = exactInvocation(this.#invocations, text);
    if (!invocation) return { errors: [{ option: null, message: this.#noSuchCommand(text) }] };
    this.#enter(invocation);
    return this.#submitCommand();
  }

  async #submitCommand() {
    const form = this.#form;
    const rest = form.takeRest();
    if (rest) {
      return { errors: [{ option: null, message: `/${form.invocation.name} has no option that takes “${rest}”.` }] };
    }
    const options = toOptions(form.invocation, form.values);
    const errors = await this.#actions.sendCommand(form.invocation, options, form.files);
    return { errors, entry: { path: form.invocation.path, values: form.snapshot() } };
  }

  #noSuchCommand(text) {
    if (this.#invocations.length === 0) return "The bot has not registered its commands yet. Try again in a moment.";
    return `There is no command ${text.split(/\s/)[0]} here. Type / to see them all.`;
  }

  #clear(entry) {
    this.#history.push(entry);
    this.#leave("");
  }

  #showErrors(errors) {
    fill(
      this.#errors,
      errors.map(({ option, message }) => h("p", {}, icon("warning", 16), option && h("strong", {}, option), message)),
    );
    this.#errors.hidden = false;
    this.#form?.showErrors(errors);
  }

  #changed() {
    this.#recalled = 0;
    this.#errors.hidden = true;
  }

  // --- between plain text and a command ---------------------------------------------------------

  #enter(invocation, values = []) {
    this.#form = new CommandForm(invocation, {
      suggestions: this.#suggestions,
      people: this.#store.selectable,
      on: {
        submit: () => this.submit(),
        leave: (text) => this.#leave(text),
        change: () => this.#changed(),
        older: () => this.#recalled > 0 && this.#recall(),
        autocomplete: (...asked) => this.#actions.autocomplete(...asked),
      },
    });
    this.#form.setValues(values);
    this.#line.replaceChildren(this.#form.element);
    this.#form.focus();
  }

  #leave(text) {
    this.#form = null;
    this.#changed();
    this.input.value = text;
    this.#mirror();
    this.#line.replaceChildren(this.#plain);
    this.input.focus();
    this.#suggestCommands();
  }

  #onInput() {
    this.#changed();
    const text = this.input.value;
    const parsed = text.startsWith("/") ? parseLine(this.#invocations, text) : null;
    if (!parsed) {
      this.#suggestCommands();
      return;
    }
    this.#enter(parsed.invocation, parsed.values);
    this.#form.rest = parsed.rest;
    // typing goes on where the text of the line went
    if (parsed.values.size > 0) this.#form.focusLast();
  }

  #suggestCommands() {
    const text = this.input.value;
    if (this.#form || !/^\/[^\n]*$/.test(text)) {
      this.#suggestions.hide();
      return;
    }
    const rows = suggestInvocations(this.#invocations, text).map((invocation) => ({
      label: `/${invocation.name}`,
      description: invocation.description,
      detail: invocation.options.map(({ label }) => label).join("  "),
      choose: () => {
        this.#changed();
        this.#enter(invocation);
      },
    }));
    if (rows.length === 0) this.#suggestions.hide();
    else this.#suggestions.show(this.input, { title: "Commands", rows, active: 0 });
  }

  // --- keys -------------------------------------------------------------------------------------

  #onKey(event) {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "Enter" && !event.shiftKey) this.#onEnter();
    else if (key === "Tab" && !event.shiftKey && this.#suggestions.hasActive) this.#suggestions.chooseActive();
    else if (key === "Escape") this.#suggestions.hide();
    else if (key === "ArrowUp" && (this.input.value === "" || this.#recalled > 0)) this.#recall();
    else if (key === "ArrowDown" || key === "ArrowUp") {
      if (!this.#suggestions.move(key === "ArrowDown" ? 1 : -1)) return;
    } else return;
    event.preventDefault();
  }

  /** A command that is complete as typed is sent; otherwise Enter takes what the list offers. */
  #onEnter() {
    const exact = exactInvocation(this.#invocations, this.input.value);
    const isComplete = exact && !exact.options.some(({ required }) => required);
    if (this.#suggestions.hasActive && !isComplete) this.#suggestions.chooseActive();
    else this.submit();
  }

  /** Bring back what was sent before; returns false where there is nothing older. */
  #recall() {
    const at = this.#recalled + 1;
    const entry = this.#history.at(-at);
    if (!entry || at > this.#history.length) return false;
    const invocation = this.#invocations.find(({ path }) => path.join(" ") === entry.path?.join(" "));
    this.#leave(entry.text ?? "");
    if (invocation) {
      this.#enter(invocation, entry.values);
      this.#form.focusLast();
    }
    this.#recalled = at;
    return true;
  }

  #onFocusOut({ relatedTarget }) {
    if (!this.element.contains(relatedTarget)) this.#suggestions.hide();
  }
}
