/** The script of every page. */
import "./messages.js";
import "./theme.js";
import "./times.js";
import "./leave.js";
import "./confirm.js";
import "./drafts.js";
import "./htmx-drafts.js";
import "./forms.js";
