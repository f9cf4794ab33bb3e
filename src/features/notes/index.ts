/** The notebook: its JSON API, its export, its pages. */
import { offerPage } from "../../web/pages/navigation.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Notes", path: "/notes", for: "user" });

export const notes = [...api, ...pages];
