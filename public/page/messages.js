/** Shows messages as toasts: those of the server, of scripts (the event `toast`), and errors of scripts. */

const BROKEN = "Part of this page does not work. Reload the page. If that does not help, update your browser.";

/** Milliseconds until a message about a success disappears, and one with a button. Failures stay until they are closed. */
const SHOWN_MS = 8_000;
const SHOWN_WITH_BUTTON_MS = 20_000;

/** Maximum hidden messages that keep their place. */
const MAX_HIDDEN = 3;

const messages = document.querySelector("#messages");

/**
 * @param {"done" | "failed"} kind
 * @param {string} text
 * @param {string} [cause] The request whose success removes a failure; empty for any request.
 */
function show(kind, text, cause = "") {
  const box = document.createElement("div");
  box.className = `message ${kind}`;
  box.dataset.cause = cause;
  box.setAttribute("role", kind === "done" ? "status" : "alert");
  const content = document.createElement("p");
  content.textContent = text;
  box.append(content);
  if (kind === "failed") endFailures(() => true);
  messages?.append(box);
}

/** @param {(cause: string) => boolean} isOver */
function endFailures(isOver) {
  for (const shown of messages?.querySelectorAll(".message.failed") ?? [])
    if (isOver(shown.dataset.cause ?? "")) remove(shown);
}

/**
 * Hides a message at once, but keeps its space while newer messages are shown, so that they do not move.
 *
 * @param {Element} box
 */
function remove(box) {
  box.classList.add("gone");
  while (messages?.lastElementChild?.matches(".gone")) messages.lastElementChild.remove();
  const hidden = messages?.querySelectorAll(".gone") ?? [];
  if (hidden.length > MAX_HIDDEN) for (const each of hidden) each.remove();
}

/** Adds a button that closes the message, and lets a success disappear unless the user is at it. @param {Element} box */
function manage(box) {
  const hasButton = box.querySelector("button") !== null;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-only";
  close.textContent = "✕";
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => remove(box));
  box.append(close);
  if (box.classList.contains("done")) removeLater(box, hasButton ? SHOWN_WITH_BUTTON_MS : SHOWN_MS);
}

/** @param {Element} box @param {number} delay */
function removeLater(box, delay) {
  setTimeout(() => {
    if (box.matches(":hover, :focus-within")) removeLater(box, delay);
    else remove(box);
  }, delay);
}

if (messages) {
  for (const box of messages.querySelectorAll(".message")) manage(box);
  // After an action without HTMX, the message about it has the focus, unless another element takes it.
  if (messages.childElementCount > 0 && !document.querySelector("[autofocus], :target")) {
    messages.tabIndex = -1;
    messages.focus();
  }
  // HTMX swaps messages in, too.
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element)) continue;
      for (const box of node.matches(".message") ? [node] : node.querySelectorAll(".message")) manage(box);
    }
  }).observe(messages, { childList: true });
}

document.addEventListener("toast", ({ detail: { kind, text, cause } }) => show(kind, text, cause));
// A request has succeeded.
document.addEventListener("toasts:end", ({ detail: { cause } }) => {
  endFailures((failed) => failed === "" || failed === cause);
});

// This is in the first script of every page, so it also notices that a later one cannot be loaded or fails to start.
// Error events of elements do not bubble. Those without an error object, such as of ResizeObserver, are harmless.
addEventListener(
  "error",
  ({ target, error }) => {
    if (error || target instanceof HTMLScriptElement) show("failed", BROKEN);
  },
  { capture: true },
);
