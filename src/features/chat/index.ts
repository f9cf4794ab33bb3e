/** Chat rooms: message history and WebSockets for clients, and a page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";
import { checkRooms } from "./room-stub.ts";

export const chat = feature({
  name: "chat",
  routes: [...api, ...pages],
  page: { label: "Chat", path: "/chat", for: "user" },
  checks: { chat: checkRooms },
});
