/** Builds DOM nodes. Text only ever becomes text nodes: nothing a member writes is markup. */

const PROPERTIES = new Set(["value", "checked", "disabled", "muted", "loop", "controls", "hidden"]);

/** Make an element: attributes, `dataset`, and `onclick`-like listeners; empty children are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/**
 * A place in a message that is rebuilt only when what it shows has changed,
 * so that a playing video or a focused button beside it is left alone.
 */
export class Slot {
  #shown = "";

  constructor(className, tag = "div") {
    this.element = h(tag, { class: className, hidden: true });
  }

  show(value, build) {
    const key = JSON.stringify(value);
    if (key === this.#shown) return;
    this.#shown = key;
    fill(this.element, build());
    this.element.hidden = this.element.childNodes.length === 0;
  }
}

/** Show one child for each item, in order, keeping the nodes of the items that were there before. */
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    // moving a node stops a video that plays in it, so only what is out of place moves
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

export function isAtCaretStart(input) {
  return input.selectionStart === 0 && input.selectionEnd === 0;
}

/** Growing text fields: the wrapper mirrors the text, and the grid cell takes its size. */
export function growing(field, className = "") {
  const wrapper = h("span", { class: `growing ${className}` }, field);
  const mirror = () => {
    wrapper.dataset.text = field.value || field.placeholder;
  };
  field.addEventListener("input", mirror);
  mirror();
  return { wrapper, mirror };
}
