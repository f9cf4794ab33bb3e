/** Closes a menu when one of its items sends a request: the page stays, unlike after a link without HTMX. */

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  target.closest(".menu:popover-open")?.hidePopover();
});
