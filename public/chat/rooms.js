/** The list of rooms: marks those with messages that the user has not seen or not sent yet. */
import { seenIn, unsentIn } from "./memory.js";

/** The shortest time between two checks, each of which asks every listed room. */
const CHECK_INTERVAL_MS = 60_000;

let checkedAt = Number.NEGATIVE_INFINITY;

/** Asks each other room whether it has messages after the last one seen, unless that was asked a moment ago. */
export async function markRooms(/** @type {Element} */ page) {
  if (document.hidden || performance.now() - checkedAt < CHECK_INTERVAL_MS) return;
  checkedAt = performance.now();
  // On a narrow screen, the list is a menu of this button.
  const opener = page.querySelector(".rooms-button button");
  const links = [...page.querySelectorAll("#rooms a:not([aria-current])")];
  await Promise.all(
    links.map(async (link) => {
      const news = await newsOf(link.dataset.room);
      if (news) for (const element of [link, opener]) mark(element, news);
    }),
  );
}

/** @returns A label for unsent or new messages in a room; undefined if none are known. */
async function newsOf(/** @type {string} */ room) {
  if (unsentIn(room).length > 0) return "unsent messages";
  const seen = seenIn(room);
  if (seen === null) return undefined;
  try {
    const response = await fetch(`/api/rooms/${room}/messages?after=${seen}&limit=1`);
    const { items = [] } = await response.json();
    return items.length > 0 ? "new messages" : undefined;
  } catch {
    // Without a response, nothing is known.
    return undefined;
  }
}

function mark(/** @type {HTMLElement} */ element, /** @type {string} */ news) {
  if (element.classList.contains("unread")) return;
  element.classList.add("unread");
  element.title = news;
  const hint = document.createElement("span");
  hint.className = "visually-hidden";
  hint.textContent = ` (${news})`;
  element.append(hint);
}
