/** The cookies of identity. */
import { createHostCookie } from "../../web/request/host-cookie.ts";
import { DEVICE_TOKEN_SECONDS } from "../tokens/device-token.ts";
import { SESSION_MS } from "./sessions.ts";

/** The secret of a page's session. */
export const sessionCookie = createHostCookie("session", SESSION_MS / 1000);

/** The device token of a browser. It survives sign-out. */
export const deviceCookie = createHostCookie("device", DEVICE_TOKEN_SECONDS);

/** Messages for the next page of a visitor without a session. */
export const flashCookie = createHostCookie("flash", 5 * 60);
