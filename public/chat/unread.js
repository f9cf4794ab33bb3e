/** Tracks what the reader has seen: the marker above the first unread message, and the button that leads to new ones. */
import { rememberSeen, seenIn } from "./memory.js";
import { arrangeAll } from "./message-list.js";

/** Pixels from the end of the log within which the reader is at its end. */
const END = 60;

/**
 * The log grows upwards from its end (`column-reverse`), so `scrollTop` is 0 at the end and negative above.
 *
 * @param {{ room: string, me: string, log: HTMLElement, list: HTMLElement, place: HTMLElement, last: number }} options
 *   `place` contains the button; `last` is the `seq` of the last message of the page.
 */
export function createUnread({ room, me, log, list, place, last }) {
  let seen = seenIn(room) ?? last;
  /** The `seq` after which messages are marked as new; null without a marker. @type {number | null} */
  let markedAfter = seen < last ? seen : null;

  const jump = document.createElement("button");
  jump.type = "button";
  jump.className = "jump";
  jump.addEventListener("click", () => {
    log.focus({ preventScroll: true });
    log.scrollTop = 0;
    update();
  });

  const isAtEnd = () => log.scrollTop > -END;

  function update() {
    if (isAtEnd() && !document.hidden) {
      seen = last;
      rememberSeen(room, seen);
    }
    const count = isAtEnd() ? 0 : last - seen;
    if (count <= 0) return jump.remove();
    const text = `${count.toLocaleString("en")} new ${count === 1 ? "message" : "messages"} ↓`;
    if (jump.textContent !== text) jump.textContent = text;
    if (!jump.isConnected) place.append(jump);
  }

  /** Sets the marker above the first message after `markedAfter` that is not the reader's own. */
  function mark() {
    list.querySelector(".new-messages")?.remove();
    const isNew = ({ dataset: { seq, sender } }) => Number(seq) > markedAfter && sender !== me;
    const first = markedAfter !== null && [...list.querySelectorAll("[data-seq]")].find(isNew);
    if (!first) return;
    const marker = Object.assign(document.createElement("li"), { className: "new-messages", textContent: "New" });
    first.before(marker);
  }

  /** Places the marker and the groups again, after the list or the marker has changed. */
  function rearrange() {
    mark();
    arrangeAll(list);
  }

  log.addEventListener("scroll", update);
  document.addEventListener("visibilitychange", update);

  return {
    rearrange,
    /** Shows the first unread message, or the end of the log. */
    start() {
      rearrange();
      list.querySelector(".new-messages")?.scrollIntoView({ block: "nearest" });
      update();
    },
    /** Adds a message without moving the visible text, unless the reader is at the end of the log. */
    add(/** @type {() => void} */ insert, { seq, sender }) {
      const isFirstUnseen = (document.hidden || !isAtEnd()) && sender.id !== me && seen === last;
      if (isFirstUnseen) markedAfter = last;
      const height = log.scrollHeight;
      last = seq;
      insert();
      if (isFirstUnseen) rearrange();
      if (!isAtEnd()) log.scrollTop -= log.scrollHeight - height;
      update();
    },
    /** Marks everything as seen, since the reader is sending a message. */
    finish() {
      markedAfter = null;
      rearrange();
      log.scrollTop = 0;
      update();
    },
  };
}
