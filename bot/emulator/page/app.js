/** Puts the page together: what happens on the wire changes the store, and the store is shown. */

import { Actions } from "./actions.js";
import { channelInAddress, setAddress, userInAddress } from "./address.js";
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { Interactions } from "./interactions.js";
import { LiveEvents } from "./live.js";
import { MessageList } from "./messagelist.js";
import { ModalDialog } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { startClock } from "./time.js";
import { TopBar } from "./topbar.js";
import { welcome } from "./welcome.js";

const LOADING = 1 << 7;
const RETRY_DELAY = 1000; // milliseconds

class App {
  #store = new Store();
  #interactions = new Interactions();
  #dismissed = new Set();
  #held = null; // events that wait until the state they change has been read
  #reading = 0; // counts the readings, so that only the last one is shown
  #live = new LiveEvents({
    identify: () => this.#identify(),
    onEvent: (event) => this.#onEvent(event),
    onLost: () => this.#setConnected(false),
  });
  #list = new MessageList({
    store: this.#store,
    actions: {
      press: (...pressed) => this.#actions.press(...pressed),
      useOn: (...used) => this.#actions.useOn(...used),
      dismiss: (message) => this.#dismiss(message),
      jumpTo: (messageId, channelId) => this.#jumpTo(messageId, channelId),
      begin: (commandName) => this.#composer.fill(`/${commandName} `),
    },
  });
  #actions = new Actions(this.#store, this.#interactions, this.#list);
  #modal = new ModalDialog(this.#store, (...form) => this.#actions.submitModal(...form), () => this.#composer.focus());
  #composer = new Composer(this.#store, this.#actions);
  #topBar = new TopBar(this.#store);
  #sidebar = new Sidebar(this.#store, {
    openChannel: (channelId) => this.#openChannel(channelId),
    speakAs: (userId) => this.#speakAs(userId),
    setLocale: (locale) => this.#setLocale(locale),
  });

  async start() {
    this.#setConnected(false);
    this.#store.setState(await untilReached(() => api.fetchState()));
    document.body.append(
      this.#sidebar.element,
      h("main", {}, this.#topBar.element, this.#list.element, this.#composer.element, this.#topBar.typing),
      this.#modal.element,
    );
    document.addEventListener("click", ({ target }) => {
      if (!target.closest(".sidebar, .sidebar-toggle")) document.body.classList.remove("sidebar-open");
    });
    document.addEventListener("keydown", (event) => {
      if (isStrayTyping(event)) this.#composer.focus();
    });
    window.addEventListener("hashchange", () => this.#openChannel(channelInAddress(this.#store)));
    startClock();
    this.#speakAs(userInAddress(this.#store));
  }

  #speakAs(userId) {
    this.#setConnected(false);
    this.#become(userId);
    this.#live.connect();
  }

  async #setLocale(locale) {
    await api.setLocale({ user_id: this.#store.me.id, locale });
    await this.#read();
  }

  #become(userId) {
    this.#held = null;
    this.#store.become(userId);
    this.#openChannel(channelInAddress(this.#store));
  }

  /** The id of who speaks. A server that was started anew may have given everybody another. */
  async #identify() {
    const state = await api.fetchState();
    if (!state.users.some(({ id }) => id === this.#store.me.id)) {
      this.#store.setState(state);
      this.#become(userInAddress(this.#store));
    }
    return this.#store.me.id;
  }

  #openChannel(channelId) {
    document.body.classList.remove("sidebar-open");
    if (channelId === this.#store.channelId) return;
    this.#store.open(channelId);
    setAddress(this.#store);
    const label = this.#store.labelOf(this.#store.channel);
    this.#list.open(`Messages in ${label}`);
    this.#composer.channelName = label;
    this.#draw();
    this.#composer.focus();
  }

  /** Show a message wherever it is; a channel is opened at its end where none is named. */
  #jumpTo(messageId, channelId) {
    if (!this.#store.visibleChannels.some(({ id }) => id === channelId)) return;
    this.#openChannel(channelId);
    if (messageId) this.#list.jumpTo(messageId);
  }

  #setConnected(isConnected) {
    document.body.dataset.connection = isConnected ? "connected" : "connecting";
  }

  // --- what happens -----------------------------------------------------------------------------

  #handlers = {
    hello: () => this.#read(),
    message_create: ({ message }) => this.#onMessage(message, true),
    message_update: ({ message }) => this.#onMessage(message, false),
    message_delete: ({ channel_id: channelId, message_id: messageId }) => {
      this.#store.removeMessage(channelId, messageId);
      this.#drawMessages();
    },
    modal: (event) => this.#modal.open(event),
    interaction_answered: (event) => this.#interactions.settle(event),
    interaction_failed: (event) => this.#interactions.settle(event),
    commands_update: ({ commands }) => {
      this.#store.commands = commands;
      this.#draw();
    },
    bot_status: ({ online }) => {
      this.#store.botOnline = online;
      this.#topBar.draw();
    },
    typing: ({ channel_id: channelId, user_id: userId }) => {
      const isSeen = channelId === this.#store.channelId && userId !== this.#store.me.id;
      if (isSeen) this.#topBar.showTyping(userId);
    },
  };

  #onEvent(event) {
    if (this.#held !== null && event.type !== "hello") this.#held.push(event);
    else this.#handlers[event.type]?.(event);
  }

  /** Read everything anew; what happens meanwhile is applied after it. */
  async #read() {
    const reading = ++this.#reading;
    this.#held ??= [];
    const { me } = this.#store;
    try {
      this.#store.setState(await api.fetchState(me.id));
      const histories = await Promise.all(
        this.#store.visibleChannels.map(async ({ id }) => [id, await api.fetchMessages(id, me.id)]),
      );
      if (reading !== this.#reading) return;
      for (const [channelId, messages] of histories) this.#store.setMessages(channelId, messages);
    } catch {
      if (reading === this.#reading) this.#live.restart();
      return;
    }
    this.#draw();
    const held = this.#held;
    this.#held = null;
    held.forEach((event) => this.#onEvent(event));
    this.#setConnected(true);
  }

  async #onMessage(message, isNew) {
    if (!this.#store.channels.some(({ id }) => id === message.channel_id)) {
      await this.#read(); // the first message of a thread or of direct messages
      if (isNew && this.#store.markUnread(message)) this.#sidebar.draw();
      return;
    }
    const before = this.#store.message(message.channel_id, message.id);
    this.#store.putMessage(message);
    if (isNew && this.#store.markUnread(message)) this.#sidebar.draw();
    if (message.channel_id === this.#store.channelId) this.#showArrival(message, before);
  }

  #showArrival(message, before) {
    this.#drawMessages();
    this.#topBar.stopTyping(message.author.id);
    const isThere = before && !(before.flags & LOADING);
    if (!isThere) this.#list.announce(message);
    if ((message.attachments?.length ?? 0) > (before?.attachments?.length ?? 0)) this.#list.playArrival(message.id);
  }

  #dismiss(message) {
    this.#dismissed.add(message.id);
    this.#drawMessages();
    this.#composer.focus();
  }

  #draw() {
    this.#sidebar.draw();
    this.#topBar.draw();
    this.#composer.draw();
    this.#list.welcome = welcome(this.#store, (line) => this.#composer.fill(line));
    this.#drawMessages();
  }

  #drawMessages() {
    const messages = this.#store.messages(this.#store.channelId);
    this.#list.show(messages.filter(({ id }) => !this.#dismissed.has(id)));
  }
}

/** A letter typed where nothing takes letters belongs in the box. */
function isStrayTyping({ key, ctrlKey, metaKey, altKey, target }) {
  const isLetter = key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
  return isLetter && !target.closest("input, textarea, video, dialog, [role=combobox]");
}

async function untilReached(read) {
  for (;;) {
    try {
      return await read();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
    }
  }
}

await new App().start();
