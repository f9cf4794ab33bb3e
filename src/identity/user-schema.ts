/** What users write of themselves. */
import * as z from "zod";
import { storableText } from "../web/text.ts";

/** How somebody is called. */
export const displayName = storableText()
  .trim()
  .min(1, "The name is empty")
  .max(100, "The name is longer than 100 characters");

/** In lower case and without spaces around it: an address is one account, however it is typed. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "The e-mail address is longer than 254 characters")
  .pipe(z.email("This is no e-mail address"));
