/** What a bot puts under (or instead of) its text: buttons, selects, and components V2. */

import { h } from "./dom.js";
import { mediaView } from "./attachments.js";
import { cssColor } from "./embeds.js";
import { icon } from "./icons.js";
import { renderMarkdown } from "./markdown.js";
import { SelectMenu } from "./selectmenu.js";

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const LINK = 5;

/**
 * The nodes for a list of components. `context` holds `names` for mentions, `people` for selects,
 * `busy` (the custom_id that waits for an answer), `press(customId, values)` and `keepMedia(url, build)`.
 */
export function renderComponents(components, context) {
  return components.map((component) => RENDERERS[component.type]?.(component, context));
}

const RENDERERS = {
  1: ({ components }, context) => h("div", { class: "action-row" }, renderComponents(components, context)),
  2: button,
  3: (select, context) => selectMenu(select, select.options ?? [], context),
  5: (select, context) => selectMenu(select, context.people.users(), context),
  6: (select, context) => selectMenu(select, context.people.roles(), context),
  7: (select, context) =>
    selectMenu(select, [...context.people.users(), ...context.people.roles()], context),
  8: (select, context) => selectMenu(select, context.people.channels(), context),
  9: section,
  10: ({ content }, { names }) => h("div", { class: "text-display markdown" }, renderMarkdown(content, names)),
  11: (thumbnail, context) => h("div", { class: "thumbnail" }, media(thumbnail, context)),
  12: gallery,
  13: ({ file, name }) =>
    h("a", { class: "file-link", href: file.url, download: name ?? "" }, icon("file"), name ?? "File"),
  14: ({ divider = true, spacing = 1 }) =>
    h("hr", { class: `separator spacing-${spacing}${divider ? "" : " bare"}` }),
  17: container,
};

function button({ style, label, emoji, url, disabled, custom_id: customId }, context) {
  const content = [
    emoji?.name && h("span", { class: "emoji", "aria-hidden": label && "true" }, emoji.name),
    label && h("span", { class: "button-label" }, label),
  ];
  const look = `button ${BUTTON_STYLES[style] ?? "secondary"}`;
  if (style === LINK) {
    const link = { class: look, href: url, target: "_blank", rel: "noopener noreferrer" };
    return h("a", link, content, icon("link", 15));
  }
  const isBusy = context.busy === customId;
  return h(
    "button",
    {
      type: "button", class: look, disabled, dataset: { customId },
      "aria-busy": isBusy && "true",
      onclick: () => isBusy || context.press(customId),
    },
    content,
    isBusy && h("span", { class: "dots" }, h("i"), h("i"), h("i")),
  );
}

function selectMenu(select, options, context) {
  return new SelectMenu({
    options,
    placeholder: select.placeholder,
    customId: select.custom_id,
    most: select.max_values ?? 1,
    disabled: select.disabled || context.busy === select.custom_id,
    onCommit: (values) => {
      if (values.length >= (select.min_values ?? 1)) context.press(select.custom_id, values);
    },
  }).element;
}

function section({ components, accessory }, context) {
  return h(
    "div",
    { class: "section" },
    h("div", { class: "section-text" }, renderComponents(components, context)),
    h("div", { class: "section-accessory" }, renderComponents([accessory], context)),
  );
}

function gallery({ items }, context) {
  return h(
    "div",
    { class: `gallery items-${Math.min(items.length, 4)}` },
    items.map((item) => media(item, context)),
  );
}

function media(item, { keepMedia }) {
  const description = { description: item.description, spoiler: item.spoiler };
  return keepMedia(item.media.url, () => mediaView({ ...item.media, ...description }));
}

function container({ components, accent_color: color, spoiler }, context) {
  const node = h(
    "div",
    {
      class: spoiler ? "container spoiler-container" : "container",
      style: color != null && `--embed-color: ${cssColor(color)}`,
    },
    renderComponents(components, context),
  );
  if (spoiler) node.addEventListener("click", () => node.classList.add("revealed"), { once: true });
  return node;
}
