/** Shows at the foot of the window what HTMX could not do, and why. */

const UNREACHABLE = "There is no answer. Are you online? Nothing was changed.";

/** @param {string} text */
function show(text) {
  const box = document.createElement("div");
  box.className = "message failed toast";
  box.setAttribute("role", "alert");
  const said = document.createElement("p");
  said.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => box.remove());
  box.append(said, close);
  for (const shown of document.querySelectorAll("#messages .toast")) shown.remove();
  document.querySelector("#messages")?.append(box);
}

// The server's own words, from `hxShowError` in src/web/respond/refuse.ts.
document.addEventListener("refused", (event) => show(event.detail.value));
document.addEventListener("htmx:sendError", () => show(UNREACHABLE));
document.addEventListener("htmx:timeout", () => show(UNREACHABLE));
// What stands between us and the browser knows nothing of HTMX.
document.addEventListener("htmx:beforeSwap", ({ detail: { shouldSwap, xhr } }) => {
  if (xhr.status >= 400 && !shouldSwap && !xhr.getResponseHeader("HX-Trigger"))
    show(`That did not work (${xhr.status}). Please try again.`);
});
