/** When HTMX replaces or removes the focused element, moves the focus to the new content. */

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches("[tabindex]")) focusIfLost(target);
  // Other new content of the same response may be a better place.
  else queueMicrotask(() => focusIfLost(target.closest("[tabindex]")));
});

/** @param {HTMLElement | null} element */
function focusIfLost(element) {
  if (document.activeElement === document.body) element?.focus();
}
