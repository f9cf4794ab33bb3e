/** The app's own script for pages with HTMX. */
import "./responses.js";
import "./keep-focus.js";
import "./close-menus.js";
import "./mark-current.js";
