/** Focus that went with what HTMX replaced comes to what it put there, so that one goes on from where things changed. */

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (document.activeElement === document.body && target.matches("section[tabindex]")) target.focus();
});
