/** Above the messages: the channel, its topic, whether the bot is there; and who is typing. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { isDirect } from "./store.js";

const TYPING_TIME = 9000; // milliseconds a typing event lasts

export class TopBar {
  #store;
  #typingTimer = 0;
  #typingUser = null;
  #channel = h("div", { class: "channel-title" });
  #bot = h("div", { class: "bot-status", role: "status" });

  constructor(store) {
    this.#store = store;
    const toggle = h(
      "button",
      {
        type: "button", class: "icon-button sidebar-toggle", "aria-label": "Show channels", "aria-controls": "sidebar",
        onclick: () => document.body.classList.toggle("sidebar-open"),
      },
      icon("menu", 22),
    );
    const lost = h("p", { class: "connection-lost", role: "status" }, "Connection lost. Reconnecting…");
    this.element = h("header", { class: "top-bar" }, toggle, this.#channel, this.#bot, lost);
    this.typing = h("p", { class: "typing", "aria-live": "polite" });
  }

  draw() {
    const { channel, bot, botOnline } = this.#store;
    const title = this.#store.titleOf(channel);
    fill(
      this.#channel,
      icon(isDirect(channel) ? "at" : "hash", 22),
      h("h2", { title }, title),
      channel.topic && h("p", { class: "topic", title: channel.topic }, channel.topic),
    );
    const name = this.#store.nameOf(bot);
    this.#bot.classList.toggle("online", botOnline);
    fill(this.#bot, h("i"), h("span", {}, `${name} is ${botOnline ? "online" : "offline"}`));
    document.title = `${this.#store.labelOf(channel)} · ${this.#store.guild.name}`;
  }

  showTyping(userId) {
    const user = this.#store.person(userId);
    if (!user) return;
    clearTimeout(this.#typingTimer);
    this.#typingUser = userId;
    this.#typingTimer = setTimeout(() => this.stopTyping(userId), TYPING_TIME);
    const dots = h("span", { class: "dots" }, h("i"), h("i"), h("i"));
    fill(this.typing, dots, h("strong", {}, this.#store.nameOf(user)), " is typing…");
  }

  stopTyping(userId) {
    if (this.#typingUser === userId) fill(this.typing);
  }
}
