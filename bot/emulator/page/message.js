/** One message on the page. It is changed in place, part by part, and never drawn anew. */

import { Slot, h, reconcile } from "./dom.js";
import { attachmentView, playArrival } from "./attachments.js";
import { avatar } from "./avatar.js";
import { renderComponents } from "./components.js";
import { embedView } from "./embeds.js";
import { icon } from "./icons.js";
import { renderMarkdown } from "./markdown.js";
import { messageMenu } from "./messagemenu.js";
import { messageTime } from "./time.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;

export class MessageView {
  #actions;
  #store;
  #names;
  #busy = null;
  #message = {};
  #attachments = new Map();
  #media = new Map();
  #menu;
  #slots = Object.fromEntries(
    ["context", "text", "embeds", "components", "thread", "reactions", "failure", "footer"].map((name) => [name, new Slot(name)]),
  );
  #files = h("div", { class: "attachments", hidden: true });

  /** `actions`: `press(message, customId, values)`, `useOn(message, commandName)`, `react(message, emoji)`, `dismiss(message)`, `jumpTo(messageId, channelId)`, `begin(commandName)`. */
  constructor(message, { store, actions }) {
    this.#store = store;
    this.#names = store.names;
    this.#actions = actions;
    const { context, text, embeds, components, thread, reactions, failure, footer } = this.#slots;
    text.element.classList.add("markdown");
    this.#menu = messageMenu({ commands: () => store.messageCommands, use: (name) => this.#use(name) });
    this.element = h(
      "li",
      { class: "message", dataset: { messageId: message.id, authorId: message.author.id } },
      context.element,
      h("div", { class: "gutter" }, avatar(message.author, store), messageTime(message.timestamp, { short: true })),
      this.#menu,
      h(
        "div",
        { class: "body" },
        h("div", { class: "head" }, this.#head(message)),
        text.element, embeds.element, this.#files, components.element, thread.element, reactions.element,
        failure.element, footer.element,
      ),
    );
    this.element.addEventListener("click", ({ target }) => this.#follow(target.closest(".inline-button")?.dataset));
    this.update(message);
  }

  update(message) {
    this.#message = message;
    this.#menu.hidden = this.#store.messageCommands.length === 0;
    const isEphemeral = Boolean(message.flags & EPHEMERAL);
    this.element.classList.toggle("ephemeral", isEphemeral);
    this.element.classList.toggle("mentions-me", this.#store.mentionsMe(message));
    this.#slots.context.show(contextOf(message, this.#store), (context) => this.#context(message, context));
    this.#showText(message);
    this.#slots.embeds.show(message.embeds, () => (message.embeds ?? []).map((each) => embedView(each, this.#names)));
    this.#showFiles(message.attachments ?? []);
    this.#showComponents();
    const thread = this.#store.threadFrom(message.id);
    this.#slots.thread.show(thread?.name, () => thread && threadLink(thread));
    this.#slots.reactions.show(message.reactions, () => this.#reactions(message));
    this.#slots.footer.show(isEphemeral, () => isEphemeral && this.#footer());
  }

  /** A message that follows another of the same author within minutes needs no head of its own. */
  set grouped(isGrouped) {
    this.element.classList.toggle("grouped", isGrouped);
  }

  playArrival() {
    playArrival(this.element);
  }

  #head({ author, timestamp }) {
    return [
      h("span", { class: "author" }, this.#store.nameOf(author)),
      author.bot && h("span", { class: "badge" }, "App"),
      messageTime(timestamp),
    ];
  }

  #context(message) {
    const context = contextOf(message, this.#store);
    if (context === null) return null;
    if (context.command) {
      return [
        icon("command", 18), avatar(context.user, this.#store, 16),
        h("span", { class: "context-author" }, `@${this.#store.nameOf(context.user)}`),
        " used ", h("span", { class: "command-mention" }, this.#isOfMenu(context.command) ? context.command : `/${context.command}`),
      ];
    }
    if (context.reply === null) return [icon("reply", 18), h("em", {}, "Original message was deleted")];
    const { id, author, summary } = context.reply;
    return [
      icon("reply", 18), avatar(author, this.#store, 16),
      h("span", { class: "context-author" }, `@${this.#store.nameOf(author)}`),
      h(
        "button",
        { type: "button", class: "reply-text", onclick: () => this.#actions.jumpTo(id, this.#message.channel_id) },
        renderMarkdown(summary.split("\n")[0], this.#names),
      ),
    ];
  }

  #isOfMenu(command) {
    return this.#store.messageCommands.some(({ name }) => name === command);
  }

  #showText({ content, flags, edited_timestamp: edited }) {
    const isThinking = Boolean(flags & LOADING) && !content;
    this.#slots.text.show([content, isThinking, edited], () => {
      if (isThinking) return thinking(this.#store.nameOf(this.#message.author));
      if (!content) return null;
      const blocks = renderMarkdown(content, this.#names);
      if (edited) markEdited(blocks, edited);
      return blocks;
    });
  }

  #showFiles(attachments) {
    const known = this.#attachments;
    this.#attachments = new Map(
      attachments.map((each) => [each.id, known.get(each.id) ?? attachmentView(each)]),
    );
    reconcile(this.#files, [...this.#attachments.values()]);
    this.#files.hidden = attachments.length === 0;
  }

  #showComponents() {
    const { components = [] } = this.#message;
    const { element } = this.#slots.components;
    const focused = element.contains(document.activeElement) ? document.activeElement.dataset.customId : null;
    this.#slots.components.show([components, this.#busy], () =>
      renderComponents(components, {
        names: this.#names,
        people: this.#store.selectable,
        busy: this.#busy,
        press: (customId, values) => this.#press(customId, values),
        keepMedia: (url, build) => this.#keepMedia(url, build),
      }),
    );
    if (focused) element.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #keepMedia(url, build) {
    if (!this.#media.has(url)) this.#media.set(url, build());
    return this.#media.get(url);
  }

  #reactions(message) {
    return (message.reactions ?? []).map(({ emoji, count }) =>
      h(
        "button",
        {
          type: "button",
          class: "reaction",
          "aria-label": `React with ${emoji.name}, ${count} so far`,
          onclick: async () => this.#showFailure(await this.#actions.react(message, emoji.name)),
        },
        emoji.name, h("span", { class: "reaction-count" }, String(count)),
      ),
    );
  }

  /** Go where a link in the text leads, or begin the command it names. */
  #follow({ channelId, messageId, command } = {}) {
    if (channelId) this.#actions.jumpTo(messageId, channelId);
    if (command) this.#actions.begin(command);
  }

  async #press(customId, values) {
    this.#busy = customId;
    this.#showFailure(null);
    this.#showComponents();
    const failure = await this.#actions.press(this.#message, customId, values);
    this.#busy = null;
    this.#showFailure(failure);
    this.#showComponents();
  }

  async #use(name) {
    this.#showFailure(null);
    this.#showFailure(await this.#actions.useOn(this.#message, name));
  }

  #showFailure(text) {
    this.#slots.failure.show(text, () => text && h("p", { role: "alert" }, icon("warning", 16), text));
  }

  #footer() {
    return [
      icon("eye", 16),
      " Only you can see this · ",
      h(
        "button",
        { type: "button", class: "link-button", onclick: () => this.#actions.dismiss(this.#message) },
        "Dismiss message",
      ),
    ];
  }
}

function markEdited(blocks, time) {
  const mark = h("time", { class: "edited", datetime: time, title: time }, "(edited)");
  const last = blocks.at(-1);
  if (last.matches("p, small")) last.append(mark);
  else blocks.push(mark);
}

function threadLink({ id, name }) {
  return h("button", { type: "button", class: "inline-button thread-link", dataset: { channelId: id } }, icon("hash", 18), name);
}

function thinking(name) {
  return h("p", { class: "thinking" }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), `${name} is thinking…`);
}

/** What stands above a message: the command it answers, or the message it replies to. */
function contextOf(message, store) {
  const command = message.interaction?.name ?? message.interaction_metadata?.name;
  const user = message.interaction?.user ?? message.interaction_metadata?.user;
  if (command && user && !message.message_reference) return { command, user };
  const reference = message.message_reference;
  if (!reference) return null;
  const original = store.message(reference.channel_id ?? message.channel_id, reference.message_id) ?? message.referenced_message;
  if (!original) return { reply: null };
  const files = original.attachments?.length ? "Click to see the attachment" : "Click to see the message";
  return { reply: { id: original.id, author: original.author, summary: original.content || files } };
}
