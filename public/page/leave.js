/**
 * Shows nothing private after the user has signed out, in this tab or another. Pages are not stored in the browser
 * (`Cache-Control: no-store`), but the back/forward cache may keep them.
 */
import { local, session } from "./storage.js";

/** The signed-in user, which tells all tabs that the user has changed; empty after signing out. */
const USER = "signed-in-user";
/** Set while this tab signs out. The other tabs learn of it from the response: until then, they are still signed in. */
const SIGNING_OUT = "signing-out";

const user = document.body.dataset.user ?? "";

/** Whether the browser's user has signed out. */
export function isSignedOut() {
  return local.read(USER) === "";
}

if (user !== "") {
  // A page from the back/forward cache is out of date, and its user may have signed out: it is hidden until it is reloaded.
  addEventListener("pagehide", ({ persisted }) => {
    document.body.hidden = persisted;
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (key === USER && newValue !== user) location.reload();
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-signs-out]")) session.write(SIGNING_OUT, "yes");
  });
}

// A visitor's page may also mean that the session has expired: then other tabs keep what they show, with its drafts.
const hasSignedOut = session.read(SIGNING_OUT) !== null && document.querySelector(".error-page") === null;
session.remove(SIGNING_OUT);
if (user !== "" || hasSignedOut) local.write(USER, user);
