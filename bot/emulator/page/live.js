/** The stream of events for one member, which comes back by itself when it breaks. */

const FIRST_DELAY = 300; // milliseconds
const LONGEST_DELAY = 8000;

export class LiveEvents {
  #socket = null;
  #timer = 0;
  #delay = FIRST_DELAY;
  #attempt = 0;

  /**
   * `identify()` resolves to the id of the member to listen as, anew for each connection;
   * `onEvent(event)` gets every event, `onLost()` is called when the stream breaks.
   */
  constructor({ identify, onEvent, onLost }) {
    this.identify = identify;
    this.onEvent = onEvent;
    this.onLost = onLost;
    window.addEventListener("online", () => this.#isOpen || this.connect());
  }

  /** Listen from now on, as whoever `identify` names. */
  connect() {
    this.#delay = FIRST_DELAY;
    this.#open();
  }

  /** Start anew, for example because what followed the greeting could not be read. */
  restart() {
    this.#socket?.close();
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#drop();
    const attempt = ++this.#attempt;
    try {
      const userId = await this.identify();
      if (attempt === this.#attempt) this.#listen(userId);
    } catch {
      if (attempt === this.#attempt) this.#retry();
    }
  }

  #listen(userId) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/human/events?user_id=${userId}`);
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "hello") this.#delay = FIRST_DELAY;
      this.onEvent(event);
    };
    socket.onclose = () => this.#retry();
    this.#socket = socket;
  }

  #retry() {
    this.onLost();
    // tabs that lost the same server should not all come back in the same instant
    this.#timer = setTimeout(() => this.#open(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  #drop() {
    if (this.#socket === null) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}
