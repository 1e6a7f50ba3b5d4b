/** The stream of events for one member, which comes back by itself when it breaks. */

const FIRST_DELAY = 300; // milliseconds
const LONGEST_DELAY = 8000;

export class LiveEvents {
  #socket = null;
  #timer = 0;
  #delay = FIRST_DELAY;
  #userId = null;

  /** `onEvent(event)` gets every event, `onLost()` is called when the stream breaks. */
  constructor(onEvent, onLost) {
    this.onEvent = onEvent;
    this.onLost = onLost;
    window.addEventListener("online", () => this.#retryNow());
  }

  /** Listen as this member from now on. */
  connect(userId) {
    this.#userId = userId;
    this.#delay = FIRST_DELAY;
    this.#open();
  }

  /** Start anew, for example because what followed the greeting could not be read. */
  restart() {
    this.#socket?.close();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#drop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/human/events?user_id=${this.#userId}`);
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "hello") this.#delay = FIRST_DELAY;
      this.onEvent(event);
    };
    socket.onclose = () => {
      this.onLost();
      // members who lost the same server should not all come back in the same instant
      this.#timer = setTimeout(() => this.#open(), this.#delay * (0.75 + Math.random() / 2));
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    };
    this.#socket = socket;
  }

  #drop() {
    if (this.#socket === null) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #retryNow() {
    if (this.#socket !== null && this.#socket.readyState !== WebSocket.OPEN) this.#open();
  }
}
