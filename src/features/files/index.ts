/** Files of one's own: the JSON API, downloads, the page. */
import { offerPage } from "../../web/navigation.ts";
import { api } from "./api.ts";
import { shelf } from "./shelf.ts";

offerPage({ label: "Files", path: "/files", for: "user" });

export const files = [...api, ...shelf];
