/** In lists with `data-marks-current`, marks the item whose link leads to the current page, after HTMX has changed the address. */

document.addEventListener("htmx:afterSettle", () => {
  for (const link of document.querySelectorAll("[data-marks-current] > li > a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
});
