/** The messages of the open channel: in order, grouped, with the days between, and kept in view. */

import { h, reconcile } from "./dom.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { MessageView } from "./message.js";
import { dayName } from "./time.js";

const GROUPING_TIME = 7 * 60 * 1000; // milliseconds between messages that share one head
const NEAR_BOTTOM = 60; // pixels

export class MessageList {
  #world;
  #views = new Map();
  #dividers = new Map();
  #isPinned = true;
  #list = h("ol", { class: "messages" });
  #pending = h("ol", { class: "messages pending-messages", "aria-label": "Being sent" });
  #welcome = h("header", { class: "welcome" });
  #pill = h("button", { type: "button", class: "new-messages", hidden: true, onclick: () => this.toBottom() },
    "New messages", icon("down", 18));
  #announcer = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });

  /** `world` is handed to each message: `{store, actions}`. */
  constructor(world) {
    this.#world = world;
    const content = h("div", { class: "scrolled" }, this.#welcome, this.#list, this.#pending);
    this.scroller = h("div", { class: "scroller", tabindex: 0, role: "region", onscroll: () => this.#onScroll() }, content);
    this.element = h("section", { class: "history" }, this.scroller, this.#pill, this.#announcer);
    // whatever makes the content grow, the end stays in view for who was looking at it
    const observer = new ResizeObserver(() => this.#isPinned && this.#jump());
    observer.observe(content);
    observer.observe(this.scroller);
  }

  /** Show another channel (or the same one for another member). */
  open(label) {
    this.#views.clear();
    this.#dividers.clear();
    this.#list.replaceChildren();
    this.#pending.replaceChildren();
    this.scroller.setAttribute("aria-label", label);
    this.toBottom();
  }

  set welcome(nodes) {
    this.#welcome.replaceChildren(...nodes);
  }

  /** Show these messages, oldest first, changing only what differs from what is shown. */
  show(messages) {
    const nodes = [];
    const views = new Map();
    let previous = null;
    for (const message of messages) {
      const view = this.#view(message);
      const isNewDay = dayName(message.timestamp) !== (previous && dayName(previous.timestamp));
      if (isNewDay) nodes.push(this.#divider(message.timestamp));
      view.grouped = !isNewDay && belongsTo(message, previous);
      views.set(message.id, view);
      nodes.push(view.element);
      previous = message;
    }
    this.#views = views;
    reconcile(this.#list, nodes);
  }

  /** Tell that a message has just come: aloud, and with the pill when its place is out of view. */
  announce(message) {
    const { store } = this.#world;
    const words = this.#views.get(message.id)?.element.querySelectorAll(".text, .embed, .text-display") ?? [];
    const text = [...words].map(({ innerText }) => innerText).join(" ");
    this.#announcer.textContent = `${store.nameOf(message.author)}: ${text}`;
    if (message.author.id === store.me.id) this.toBottom();
    else if (!this.#isPinned) this.#pill.hidden = false;
  }

  playArrival(messageId) {
    this.#views.get(messageId)?.playArrival();
  }

  jumpTo(messageId) {
    const element = this.#views.get(messageId)?.element;
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    this.#onScroll();
    element.classList.remove("flash");
    requestAnimationFrame(() => element.classList.add("flash"));
  }

  toBottom() {
    this.#isPinned = true;
    this.#pill.hidden = true;
    this.#jump();
  }

  /** Show a command on its way. Returns what ends it: `done()`, or `fail(reason)`. */
  addPending(user, commandName) {
    const { store } = this.#world;
    const state = h("p", { class: "thinking" }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), "Sending command…");
    const row = h(
      "li",
      { class: "message pending" },
      h("div", { class: "context" }, icon("command", 18), avatar(user, store, 16),
        h("span", { class: "context-author" }, `@${store.nameOf(user)}`),
        " used ", h("span", { class: "command-mention" }, `/${commandName}`)),
      h("div", { class: "gutter" }, avatar(store.bot, store)),
      h("div", { class: "body" }, h("div", { class: "head" }, h("span", { class: "author" }, store.nameOf(store.bot)),
        h("span", { class: "badge" }, "App")), state),
    );
    this.#pending.append(row);
    this.toBottom();
    return { done: () => row.remove(), fail: (reason) => showFailure(row, state, reason) };
  }

  #view(message) {
    const known = this.#views.get(message.id);
    if (!known) return new MessageView(message, this.#world);
    known.update(message);
    return known;
  }

  #divider(timestamp) {
    const name = dayName(timestamp);
    if (!this.#dividers.has(name)) {
      this.#dividers.set(name, h("li", { class: "day", role: "separator", "aria-label": name }, h("span", {}, name)));
    }
    return this.#dividers.get(name);
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#isPinned = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    if (this.#isPinned) this.#pill.hidden = true;
  }

  #jump() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

function showFailure(row, state, reason) {
  row.classList.add("failed");
  const dismiss = h("button", { type: "button", class: "link-button", onclick: () => row.remove() }, "Dismiss message");
  state.replaceWith(
    h("p", { class: "failure", role: "alert" }, icon("warning", 16), reason),
    h("div", { class: "footer" }, icon("eye", 16), " Only you can see this · ", dismiss),
  );
}

function belongsTo(message, previous) {
  if (previous === null || previous.author.id !== message.author.id) return false;
  if (message.interaction || message.message_reference || message.interaction_metadata?.name) return false;
  if ((message.flags ^ previous.flags) & (1 << 6)) return false;
  return new Date(message.timestamp) - new Date(previous.timestamp) < GROUPING_TIME;
}
