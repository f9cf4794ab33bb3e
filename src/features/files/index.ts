/** The user's files: the JSON API, downloads and the page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { orphanSweeps } from "./orphans.ts";
import { pages } from "./page-routes.ts";
import { releaseUploadSlot } from "./require-upload-slot.ts";
import { filesOfUsers } from "./store.ts";
import { expiredDeletions } from "./upload-store.ts";

export const files = feature({
  name: "files",
  routes: [...api, ...pages],
  page: { label: "Files", path: "/files", for: "user" },
  checks: { files: ({ env: { FILES } }) => FILES.head("health") },
  sweeps: [...orphanSweeps, expiredDeletions],
  erasures: [filesOfUsers],
  onSend: releaseUploadSlot,
  activities: [
    {
      name: "upload",
      text: "Files were uploaded",
      routes: ["POST /api/files", "PUT /api/files/:name", "POST /files"],
      metric: { name: "uploads", title: "Uploads", unit: "in the last minute", warning: 30, critical: 150 },
    },
  ],
});
