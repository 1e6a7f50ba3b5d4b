/** What the member does: each action is one request and, where a bot must answer, its answer. */

import * as api from "./api.js";
import { InteractionFailed } from "./interactions.js";

export class Actions {
  #store;
  #interactions;
  #list;

  constructor(store, interactions, list) {
    this.#store = store;
    this.#interactions = interactions;
    this.#list = list;
  }

  /** Returns the errors, none when it was sent. */
  async sendMessage(content) {
    try {
      await api.sendMessage({ ...this.#here, content });
      return [];
    } catch (error) {
      return error.errors;
    }
  }

  /** Returns the errors as soon as Discord has taken or refused it; the bot's answer comes later. */
  async sendCommand(invocation, options, files) {
    try {
      const command = { ...this.#here, name: invocation.path[0], options, attachments: files };
      const { interaction_id: id } = await api.sendCommand(command);
      this.#await(id, this.#list.addPending(this.#store.me, invocation.name));
      return [];
    } catch (error) {
      return error.errors;
    }
  }

  /** Returns the bot's choices for the focused option; none where it does not answer. */
  async autocomplete(invocation, options) {
    const body = { ...this.#here, name: invocation.path[0], options };
    const { choices } = await api.sendAutocomplete(body).catch(() => ({ choices: [] }));
    return choices;
  }

  /** Use a command of a message's menu. Returns what went wrong, or null. */
  useOn(message, name) {
    const body = { ...this.#here, name, target_id: message.id };
    return this.#perform(() => api.sendCommand(body), "The application did not respond");
  }

  /** Press a button or commit a select. Returns what went wrong, or null. */
  press(message, customId, values) {
    const body = { message_id: message.id, custom_id: customId, ...(values && { values }) };
    return this.#perform(() => api.sendComponent({ user_id: this.#store.me.id, ...body }), "This interaction failed");
  }

  /** React with an emoji, or take that back. Returns what went wrong, or null. */
  async react(message, emoji) {
    try {
      await api.sendReaction({ user_id: this.#store.me.id, message_id: message.id, emoji });
      return null;
    } catch (error) {
      return error.message;
    }
  }

  /** Hand in the form of a `modal` event. Returns what went wrong, or null. */
  submitModal({ interaction_id: id, modal }, components, attachments) {
    const body = { modal_interaction_id: id, custom_id: modal.custom_id, components, attachments };
    return this.#perform(
      () => api.sendModal({ user_id: this.#store.me.id, ...body }),
      "Something went wrong. Try again.",
    );
  }

  get #here() {
    return { user_id: this.#store.me.id, channel_id: this.#store.channelId };
  }

  async #await(id, pending) {
    try {
      await this.#interactions.answerTo(id);
      pending.done();
    } catch (error) {
      pending.fail(error.message);
    }
  }

  async #perform(send, failure) {
    try {
      const { interaction_id: id } = await send();
      await this.#interactions.answerTo(id);
      return null;
    } catch (error) {
      return error instanceof InteractionFailed ? failure : error.message;
    }
  }
}
