/** The table in Hono, with its body limit of 1 MiB, Candor's default, before the JSON POST. */
import { bodyLimit } from "hono/body-limit";
import { createApp } from "./hono.ts";

export default createApp(bodyLimit({ maxSize: 1024 * 1024 }));
