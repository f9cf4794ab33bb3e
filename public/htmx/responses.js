/** Tells the user why a request of HTMX failed. */

const UNREACHABLE = "The server did not respond. Check your connection, then try again.";
const UNKNOWN = "No response arrived, so it is unknown whether this was done. Reload the page to check.";
const REPEATABLE =
  "No response arrived, so it is unknown whether this was saved. Your text is still here, and submitting it again is safe.";

/** @param {string} text @param {string} cause The request whose success removes the message; empty for any request. */
function fail(text, cause) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { kind: "failed", text, cause } }));
}

const causeOf = ({ verb, path }) => (verb === "get" ? "" : `${verb} ${path}`);

/** @param {Event} event An event of HTMX for a request without a response. */
function failWithoutResponse({ detail: { elt, requestConfig } }) {
  const text = elt.matches("form[data-draft]") ? REPEATABLE : UNKNOWN;
  fail(requestConfig.verb === "get" ? UNREACHABLE : text, causeOf(requestConfig));
}

// The server's message, from `hxShowError` in src/web/respond/refuse.ts.
document.addEventListener("refused", (event) => fail(event.detail.value, ""));
document.addEventListener("htmx:sendError", failWithoutResponse);
document.addEventListener("htmx:timeout", failWithoutResponse);
document.addEventListener("htmx:beforeSwap", ({ detail: { shouldSwap, isHandled, xhr, requestConfig } }) => {
  const cause = causeOf(requestConfig);
  if (xhr.status < 400) document.dispatchEvent(new CustomEvent("toasts:end", { detail: { cause } }));
  // An error from a proxy in front of the app, which does not know HTMX.
  else if (!shouldSwap && !isHandled && !xhr.getResponseHeader("HX-Trigger"))
    fail(`The request failed with status ${xhr.status}. Try again.`, cause);
});
