/** The form a bot asks a member to fill in. */

import { fill, h } from "./dom.js";
import { drum, icon } from "./icons.js";
import { formFields } from "./formfields.js";

export class ModalDialog {
  #store;
  #submit;
  #fields = [];
  #event = null;
  #dialog;
  #title = h("h2", { id: "modal-title" });
  #body = h("div", { class: "modal-body" });
  #problem = h("p", { class: "modal-problem", role: "alert", hidden: true });
  #button = h("button", { type: "submit", class: "button primary" }, h("span", { class: "button-label" }, "Submit"));

  /**
   * `submit(event, components, files)` returns null when the bot took the form, else what went wrong;
   * `onLeft()` is told when it has closed and nothing else has the focus.
   */
  constructor(store, submit, onLeft) {
    this.#store = store;
    this.#submit = submit;
    const close = () => this.close();
    this.#dialog = h(
      "dialog",
      { class: "modal", "aria-labelledby": "modal-title", onclose: () => this.#forget(onLeft) },
      h(
        "form",
        { novalidate: true, onsubmit: (event) => this.#onSubmit(event) },
        h("header", {}, drum(28), this.#title,
          h("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: close }, icon("close"))),
        this.#body,
        this.#problem,
        h("footer", {}, h("button", { type: "button", class: "button plain-button", onclick: close }, "Cancel"), this.#button),
      ),
    );
    this.element = this.#dialog;
  }

  /** Show the form of a `modal` event. */
  open(event) {
    if (this.#dialog.open) this.close();
    this.#event = event;
    this.#fields = formFields(event.modal.components, this.#store);
    this.#title.textContent = event.modal.title;
    this.#dialog.dataset.customId = event.modal.custom_id;
    fill(this.#body, this.#fields.map(({ element }) => element));
    this.#show(null);
    this.#dialog.showModal();
    this.#body.querySelector("input, textarea, button")?.focus();
  }

  close() {
    this.#dialog.close();
  }

  async #onSubmit(submission) {
    submission.preventDefault();
    const [wrong] = this.#fields.map((field) => field.problem()).filter(Boolean);
    if (wrong || this.#button.disabled) {
      wrong?.focus();
      return;
    }
    const event = this.#event;
    this.#setBusy(true);
    const components = this.#fields.map((field) => field.submitted()).filter(Boolean);
    const files = (await Promise.all(this.#fields.map((field) => field.files()))).flat();
    const problem = await this.#submit(event, components, files);
    this.#setBusy(false);
    if (this.#event !== event) return; // closed meanwhile
    if (problem === null) this.close();
    else this.#show(problem);
  }

  #setBusy(isBusy) {
    this.#button.disabled = isBusy;
    this.#button.toggleAttribute("aria-busy", isBusy);
  }

  #show(problem) {
    this.#problem.textContent = problem ?? "";
    this.#problem.hidden = problem === null;
  }

  #forget(onLeft) {
    this.#event = null;
    this.#fields = [];
    this.#body.replaceChildren();
    // what had the focus before may be gone: a command leaves the box, a press changes its message
    if (document.activeElement === document.body) onLeft();
  }
}
