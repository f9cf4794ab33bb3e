/** Changes the theme at once, and stores it for later pages without leaving this one. */

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("form.theme") || !submitter) return;
  event.preventDefault();
  const { value } = submitter;
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  for (const button of document.querySelectorAll("form.theme button"))
    button.setAttribute("aria-pressed", String(button.value === value));
  const body = new URLSearchParams(new FormData(form, submitter));
  // If it cannot be stored, it applies to this page only. The redirect leads to this page.
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});
