/** Notes of different ages. */
import type { AddSamples } from "../../samples.ts";

const HOUR = 60;
const DAY = 24 * HOUR;

/** From the oldest to the newest: the title, the text, the minutes since the last change. */
const NOTES: readonly (readonly [title: string, body: string, minutes: number])[] = [
  ["Reading list", "RFC 9457 on problem details, RFC 9110 on conditional requests, the manual of FTS5.", 63 * DAY],
  ["Office plants", "Water the ficus on Mondays. The cactus needs nothing.", 41 * DAY],
  ["Names for the second region", "eu-north, eu-central, or the names of rivers after all?", 24 * DAY],
  ["Postmortem: slow search", "A short search term read every row. Now it covers the newest 500 rows.", 16 * DAY],
  ["Travel to Ghent", "Train at 8:14 on Thursday, back on Saturday evening. Hotel is booked.", 9 * DAY],
  ["Questions for the audit", "Which routes change data without authentication, and why?", 6 * DAY],
  ["Interview notes", "What would you delete first after a fork? How long until your first deploy?", 4 * DAY],
  ["Ideas for the quota page", "Show what is used and what is left, per user. Warn at 80 %.", 2 * DAY],
  ["Groceries", "Oat milk, coffee, lemons, rice", 26 * HOUR],
  ["Stand-up", "Uploads that are repeated are stored once. Next: practise a restore.", 5 * HOUR],
  [
    "A guard that denies by default",
    "If no guard has allowed a request, it must not reach the handler.\n\nEvery guard returns allow or deny, and the table shows both. Reviewers read the diff of the table before they read the code: a removed guard is one red line there, but easy to miss in a diff of 400 lines.\n\nOpen: do we want the same for scheduled tasks?",
    48,
  ],
  ["Release checklist", "Read the policy diff aloud. Deploy to staging first. Tell the support team.", 7],
];

export const addSamples: AddSamples = async ({ ada, database, ago }) => {
  let open = "";
  for (const [title, body, minutes] of NOTES) {
    const { id } = (await (await ada.send("POST", "/api/notes", { title, body })).json()) as { id: string };
    const at = new Date(ago(minutes)).toISOString();
    await database.prepare("UPDATE notes SET created_at = ?1, updated_at = ?1 WHERE id = ?2").bind(at, id).run();
    if (body.includes("\n")) open = id;
  }
  return { note: { path: `/notes/${open}` } };
};
