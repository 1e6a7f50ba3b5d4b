/** What the page knows about the local Discord, as the member it speaks for sees it. */

import { localised } from "./localise.js";

const TEXT = 0;
const DIRECT_MESSAGE = 1;
const CHAT_INPUT = 1;
const ON_MESSAGE = 3;

/** Snowflakes are 64 bits, more than a number holds; equal lengths compare as text. */
function bySnowflake(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export function isDirect({ type }) {
  return type === DIRECT_MESSAGE;
}

export class Store {
  guild = { id: "", name: "", roles: [] };
  channels = [];
  users = [];
  bot = null;
  botOnline = false;
  commands = [];
  locales = [];
  me = null;
  channelId = null;
  unread = new Map(); // channel id -> number of mentions
  #messages = new Map(); // channel id -> Map of message id -> message

  setState(state) {
    this.guild = state.guild;
    this.channels = state.channels;
    this.users = state.users;
    this.bot = state.bot;
    this.botOnline = state.bot_online;
    this.commands = state.commands;
    this.locales = state.locales;
    if (this.me) this.me = this.users.find(({ id }) => id === this.me.id) ?? this.me;
  }

  /** See with another member's eyes: what was known belongs to the one before. */
  become(userId) {
    this.me = this.users.find(({ id }) => id === userId);
    this.channelId = null;
    this.unread.clear();
    this.#messages.clear();
  }

  open(channelId) {
    this.channelId = channelId;
    this.unread.delete(channelId);
  }

  // --- places -----------------------------------------------------------------------------------

  get channel() {
    return this.channels.find(({ id }) => id === this.channelId);
  }

  get textChannels() {
    return this.channels.filter(({ type }) => type === TEXT);
  }

  /** The threads of a text channel. */
  threadsOf(channel) {
    return this.channels.filter(({ parent_id: parentId }) => parentId === channel.id);
  }

  /** The thread that was begun from a message, which has its id. */
  threadFrom(messageId) {
    return this.channels.find(({ id, parent_id: parentId }) => id === messageId && parentId);
  }

  get directMessages() {
    return this.channels.filter((channel) => isDirect(channel) && channel.recipient_ids.includes(this.me.id));
  }

  /** What a place is called: a conversation by who else is in it. */
  titleOf(channel) {
    if (!isDirect(channel)) return channel.name;
    const others = channel.recipient_ids.filter((id) => id !== this.me.id);
    return others.map((id) => this.names.user(id)).join(", ");
  }

  /** The same with its mark: "#videos", or "@Ada". */
  labelOf(channel) {
    return `${isDirect(channel) ? "@" : "#"}${this.titleOf(channel)}`;
  }

  get visibleChannels() {
    const places = this.textChannels.flatMap((channel) => [channel, ...this.threadsOf(channel)]);
    return [...places, ...this.directMessages];
  }

  // --- people and commands ----------------------------------------------------------------------

  /** A member, the bot, or nobody. */
  person(userId) {
    return this.users.find(({ id }) => id === userId) ?? (this.bot.id === userId ? this.bot : undefined);
  }

  nameOf(user) {
    return user.global_name ?? user.username;
  }

  /** What mentions in a text are called. */
  names = {
    user: (userId) => (this.person(userId) ? this.nameOf(this.person(userId)) : "unknown-user"),
    role: (roleId) => this.guild.roles.find(({ id }) => id === roleId)?.name ?? "unknown-role",
    channel: (channelId) => {
      const channel = this.channels.find(({ id }) => id === channelId);
      return channel ? this.labelOf(channel) : "#unknown-channel";
    },
    isMe: (userId) => userId === this.me.id,
  };

  /** People and places as the options of a select. */
  selectable = {
    users: () => [...this.users, this.bot].map((user) => ({ label: this.nameOf(user), value: user.id })),
    roles: () => this.guild.roles.map(({ id, name }) => ({ label: name, value: id })),
    channels: () => this.textChannels.map(({ id, name }) => ({ label: `#${name}`, value: id })),
  };

  get slashCommands() {
    const commands = this.commands.filter(({ type }) => type === CHAT_INPUT);
    return commands.map((command) => localised(command, this.me.locale));
  }

  /** The commands of messages' menus. */
  get messageCommands() {
    const commands = this.commands.filter(({ type }) => type === ON_MESSAGE);
    return commands.map((command) => localised(command, this.me.locale));
  }

  // --- messages ---------------------------------------------------------------------------------

  /** The messages of a channel, oldest first. */
  messages(channelId) {
    const known = this.#messages.get(channelId);
    return known ? [...known.values()].sort((a, b) => bySnowflake(a.id, b.id)) : [];
  }

  message(channelId, messageId) {
    return this.#messages.get(channelId)?.get(messageId);
  }

  setMessages(channelId, messages) {
    this.#messages.set(channelId, new Map(messages.map((message) => [message.id, message])));
  }

  putMessage(message) {
    const known = this.#messages.get(message.channel_id) ?? new Map();
    known.set(message.id, message);
    this.#messages.set(message.channel_id, known);
  }

  removeMessage(channelId, messageId) {
    this.#messages.get(channelId)?.delete(messageId);
  }

  mentionsMe(message) {
    return message.mention_everyone || (message.mentions ?? []).some(({ id }) => id === this.me.id);
  }

  /** Count a message the member has not seen; returns false for those it has. */
  markUnread(message) {
    if (message.channel_id === this.channelId || message.author.id === this.me.id) return false;
    const count = this.unread.get(message.channel_id) ?? 0;
    this.unread.set(message.channel_id, count + (this.mentionsMe(message) ? 1 : 0));
    return true;
  }
}
