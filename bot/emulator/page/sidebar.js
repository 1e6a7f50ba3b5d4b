/** The left side: the server, its channels, direct messages, and who the page speaks as. */

import { fill, h } from "./dom.js";
import { avatar } from "./avatar.js";
import { drum, icon } from "./icons.js";
import { languageName } from "./localise.js";
import { isDirect } from "./store.js";

export class Sidebar {
  #store;
  #actions;
  #server = h("header", { class: "server" });
  #channels = h("nav", { class: "channels", "aria-label": "Channels" });
  #people = h("div", { class: "speakers", role: "radiogroup", "aria-label": "Speaking as" });

  #language = h("select", { onchange: ({ target }) => this.#actions.setLocale(target.value) });

  /** `actions`: `openChannel(id)`, `speakAs(userId)` and `setLocale(locale)`. */
  constructor(store, actions) {
    this.#store = store;
    this.#actions = actions;
    const footer = h(
      "footer",
      { class: "speaking-as" },
      h("h2", { "aria-hidden": "true" }, "Speaking as"),
      this.#people,
      h("label", { class: "language" }, "Discord in", this.#language),
    );
    this.element = h("aside", { class: "sidebar", id: "sidebar" }, this.#server, this.#channels, footer);
  }

  draw() {
    const { guild, textChannels, directMessages } = this.#store;
    fill(this.#server, drum(32), h("h1", {}, guild.name));
    fill(
      this.#channels,
      h("h2", {}, "Text channels"),
      textChannels.flatMap((channel) => [channel, ...this.#store.threadsOf(channel)].map((place) => this.#channel(place))),
      directMessages.length > 0 && h("h2", {}, "Direct messages"),
      directMessages.map((channel) => this.#channel(channel)),
    );
    fill(this.#people, this.#store.users.map((user) => this.#speaker(user)));
    fill(this.#language, this.#store.locales.map((locale) => h("option", { value: locale }, languageName(locale))));
    this.#language.value = this.#store.me.locale;
  }

  #channel(channel) {
    const { channelId, unread } = this.#store;
    const isOpen = channel.id === channelId;
    const mentions = unread.get(channel.id) ?? 0;
    return h(
      "button",
      {
        type: "button", dataset: { channelId: channel.id }, "aria-current": isOpen && "page",
        class: ["channel", unread.has(channel.id) && "unread", channel.parent_id && "thread"].filter(Boolean).join(" "),
        onclick: () => this.#actions.openChannel(channel.id),
      },
      icon(isDirect(channel) ? "at" : "hash"),
      h("span", { class: "channel-name" }, this.#store.titleOf(channel)),
      mentions > 0 && h("span", { class: "mention-count", "aria-label": `${mentions} mentions` }, mentions),
    );
  }

  #speaker(user) {
    const isMe = user.id === this.#store.me.id;
    return h(
      "label",
      { class: "speaker", title: user.manage_guild ? "Can manage the server" : "An ordinary member" },
      h("input", {
        type: "radio", name: "speaker", value: user.username, checked: isMe, class: "visually-hidden",
        onchange: () => this.#actions.speakAs(user.id),
      }),
      avatar(user, this.#store, 28),
      h("span", { class: "speaker-name" }, this.#store.nameOf(user)),
    );
  }
}
