/** Chat rooms: the history and the sockets for clients, and the page. */
import { offerPage } from "../../web/pages/navigation.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Chat", path: "/chat", for: "user" });

export const chat = [...api, ...pages];
