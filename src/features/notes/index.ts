/** The notebook: its JSON API, its export, its pages. */
import { offerPage } from "../../web/navigation.ts";
import { api } from "./api.ts";
import { notebook } from "./notebook.ts";

offerPage({ label: "Notes", path: "/notes", for: "user" });

export const notes = [...api, ...notebook];
