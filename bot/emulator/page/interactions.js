/** Waits for the bot's answers to what the member did. */

const PATIENCE = 10_000; // milliseconds; the server gives up after 3 s, unless it is gone itself

const NO_ANSWER = "The application did not respond";

export class InteractionFailed extends Error {}

export class Interactions {
  #waiting = new Map();
  #early = new Map();

  /** Wait for the answer to an interaction. Throws `InteractionFailed` where the bot is silent. */
  async answerTo(id) {
    const event = this.#early.get(id) ?? (await this.#wait(id));
    this.#early.delete(id);
    if (event.type === "interaction_failed") throw new InteractionFailed(event.reason ?? NO_ANSWER);
    return event;
  }

  /** Take an `interaction_answered` or `interaction_failed` event. */
  settle(event) {
    const resolve = this.#waiting.get(event.interaction_id);
    // the event may overtake the response that tells the id
    if (resolve) resolve(event);
    else this.#early.set(event.interaction_id, event);
  }

  #wait(id) {
    return new Promise((resolve) => {
      const settle = (event) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(event);
      };
      const timer = setTimeout(() => settle({ type: "interaction_failed", reason: NO_ANSWER }), PATIENCE);
      this.#waiting.set(id, settle);
    });
  }
}
