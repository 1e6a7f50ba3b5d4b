/**
 * The fields of a form (a modal). Each has an `element`, `problem()` (null, or what to `focus()`),
 * what is `submitted()`, and `files()` to send along.
 */

import { h } from "./dom.js";
import { readFile } from "./files.js";
import { renderMarkdown } from "./markdown.js";
import { SelectMenu } from "./selectmenu.js";

const PARAGRAPH = 2;

let lastId = 0;

/** The fields for a modal's top-level components. `context` is the store: `{names, selectable}`. */
export function formFields(components, context) {
  return components.map((component) => TOP_LEVEL[component.type]?.(component, context) ?? unknownField());
}

const TOP_LEVEL = {
  1: ({ components: [input] }, context) =>
    wrapped(input, { label: input.label }, context, (component) => ({ type: 1, components: [component] })),
  10: ({ content }, { names }) => fixed(h("div", { class: "markdown" }, renderMarkdown(content, names))),
  18: ({ label, description, component }, context) =>
    wrapped(component, { label, description }, context, (inner) => ({ type: 18, component: inner })),
};

const CONTROLS = {
  3: (select, ids) => selectControl(select, select.options ?? [], ids),
  4: textControl,
  5: (select, ids, { selectable: people }) => selectControl(select, people.users(), ids),
  6: (select, ids, { selectable: people }) => selectControl(select, people.roles(), ids),
  7: (select, ids, { selectable: people }) => selectControl(select, [...people.users(), ...people.roles()], ids),
  8: (select, ids, { selectable: people }) => selectControl(select, people.channels(), ids),
  19: fileControl,
  21: (group, ids) => choiceControl(group, "radio", ids),
  22: (group, ids) => choiceControl(group, "checkbox", ids),
  23: checkboxControl,
};

function unknownField() {
  return fixed(h("p", { class: "hint" }, "This page cannot show this field."));
}

function fixed(element) {
  return { element, problem: () => null, submitted: () => null, files: async () => [] };
}

/** A control under its label, with its description and what is wrong with it. */
function wrapped(component, { label, description }, context, wrap) {
  const id = `field-${++lastId}`;
  const control = CONTROLS[component.type]?.(component, { id, label }, context);
  if (!control) return unknownField();
  const required = component.required ?? true;
  const problem = h("p", { class: "field-problem", id: `${id}-problem`, role: "alert", hidden: true });
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label, required && control.canBeEmpty && h("span", { class: "required", title: "Required" }, "*")),
    description && h("p", { class: "field-description", id: `${id}-description` }, description),
    control.element,
    problem,
  );
  return {
    element,
    problem: () => {
      const text = control.problem(required);
      problem.textContent = text ?? "";
      problem.hidden = text === null;
      element.classList.toggle("invalid", text !== null);
      return text && control;
    },
    submitted: () => wrap({ type: component.type, custom_id: component.custom_id, ...control.submitted() }),
    files: async () => (await control.files?.()) ?? [],
  };
}

function textControl({ custom_id: customId, style, value = "", placeholder, max_length: most, min_length: least = 0 }, { id }) {
  const isLong = style === PARAGRAPH;
  const input = h(isLong ? "textarea" : "input", {
    id, type: isLong ? null : "text", rows: isLong ? 3 : null, value, placeholder, maxlength: most,
    dataset: { customId }, "aria-describedby": `${id}-description ${id}-problem`, autocomplete: "off",
  });
  const counter = h("span", { class: "counter", "aria-hidden": "true" });
  const count = () => {
    counter.textContent = `${input.value.length}/${most}`;
    counter.hidden = !most || most < 40 || input.value.length < most * 0.8;
  };
  input.addEventListener("input", count);
  count();
  return {
    element: h("div", { class: "text-control" }, input, counter),
    canBeEmpty: true,
    focus: () => input.focus(),
    problem: (required) => {
      const { length } = input.value;
      if (required && input.value.trim() === "") return "This field is required.";
      if (length > 0 && length < least) return `Write at least ${least} characters.`;
      return null;
    },
    submitted: () => ({ value: input.value }),
  };
}

function selectControl(select, options, { id, label }) {
  const menu = new SelectMenu({
    options, label, id, placeholder: select.placeholder, customId: select.custom_id, most: select.max_values ?? 1,
  });
  return {
    element: menu.element,
    canBeEmpty: true,
    focus: () => menu.button.focus(),
    problem: (required) => tooFew(menu.values.length, required, select.min_values ?? 1),
    submitted: () => ({ values: menu.values }),
  };
}

function choiceControl({ custom_id: customId, options = [], min_values: least = 1, max_values: most }, type, { id, label }) {
  const inputs = options.map((option, index) =>
    h("input", { type, id: index === 0 ? id : `${id}-${index}`, name: id, value: option.value, checked: option.default ?? false }),
  );
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const rows = options.map(({ label: text, description }, index) =>
    h("label", { class: "choice" }, inputs[index], h("span", {}, text, description && h("small", {}, description))),
  );
  return {
    element: h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": label, dataset: { customId } }, rows),
    canBeEmpty: true,
    focus: () => inputs[0]?.focus(),
    problem: (required) => {
      if (most && chosen().length > most) return `Choose at most ${most}.`;
      return tooFew(chosen().length, required, type === "radio" ? 1 : least);
    },
    submitted: () => (type === "radio" ? { value: chosen()[0] ?? null } : { values: chosen() }),
  };
}

function checkboxControl({ custom_id: customId, default: isChecked = false }, { id }) {
  const input = h("input", { type: "checkbox", id, checked: isChecked, dataset: { customId } });
  return {
    element: h("div", { class: "choice" }, input),
    canBeEmpty: false,
    focus: () => input.focus(),
    problem: () => null,
    submitted: () => ({ value: input.checked }),
  };
}

function fileControl({ custom_id: customId, max_values: most = 1 }, { id }) {
  const input = h("input", { type: "file", id, multiple: most > 1, dataset: { customId } });
  const chosen = () => [...input.files].map((file, index) => ({ file, fileId: `${customId}-${index}` }));
  return {
    element: input,
    canBeEmpty: true,
    focus: () => input.focus(),
    problem: (required) => {
      if (chosen().length > most) return `Choose at most ${most}.`;
      return tooFew(chosen().length, required, 1);
    },
    submitted: () => ({ values: chosen().map(({ fileId }) => fileId) }),
    files: () => Promise.all(chosen().map(({ fileId, file }) => readFile(fileId, file))),
  };
}

function tooFew(count, required, least) {
  if (count >= least || (count === 0 && !required)) return null;
  return least > 1 ? `Choose at least ${least}.` : "This field is required.";
}
