/** Shows at the bottom of the window why an HTMX request failed, or that a script of the page did. */

const UNREACHABLE = "The server did not respond. Check your connection, then try again.";
const BROKEN = "Part of this page does not work. Reload the page. If that does not help, update your browser.";

/** @param {string} text */
function show(text) {
  const box = document.createElement("div");
  box.className = "message failed toast";
  box.setAttribute("role", "alert");
  const message = document.createElement("p");
  message.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => box.remove());
  box.append(message, close);
  for (const shown of document.querySelectorAll("#messages .toast")) shown.remove();
  document.querySelector("#messages")?.append(box);
}

// The server's message, from `hxShowError` in src/web/respond/refuse.ts.
document.addEventListener("refused", (event) => show(event.detail.value));
document.addEventListener("htmx:sendError", () => show(UNREACHABLE));
document.addEventListener("htmx:timeout", () => show(UNREACHABLE));
// An error of a proxy in front of the app, which does not know HTMX.
document.addEventListener("htmx:beforeSwap", ({ detail: { shouldSwap, xhr } }) => {
  if (xhr.status >= 400 && !shouldSwap && !xhr.getResponseHeader("HX-Trigger"))
    show(`The request failed with status ${xhr.status}. Try again.`);
});

// This is in the first script of every page, so it also notices that a later one cannot be loaded or fails to start.
// Error events of elements do not bubble. Those without an error object, such as of ResizeObserver, are harmless.
addEventListener(
  "error",
  ({ target, error }) => {
    if (error || target instanceof HTMLScriptElement) show(BROKEN);
  },
  { capture: true },
);
