/** The user's notes: the JSON API, the export and the pages. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";
import { expiredNotes, notesOfUsers } from "./trash-store.ts";

export const notes = feature({
  name: "notes",
  routes: [...api, ...pages],
  page: { label: "Notes", path: "/notes", for: "user" },
  sweeps: [expiredNotes],
  erasures: notesOfUsers,
  activities: [
    {
      name: "note",
      text: "A note was created",
      routes: ["POST /api/notes", "POST /notes"],
      metric: { name: "notes", title: "Notes", unit: "created in the last minute", warning: 60, critical: 300 },
    },
  ],
});
