/** When HTMX replaces the focused element, moves the focus to the new content. */

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (document.activeElement === document.body && target.matches("section[tabindex]")) target.focus();
});
