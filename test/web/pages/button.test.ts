/** The attributes of buttons for screen readers. */
import { expect, test } from "vitest";
import { type Button, button } from "../../../src/web/pages/ui/button.ts";

const TEXT = { label: "Edit", icon: "edit" } as const;

test.each<[name: string, title: string | undefined, Button]>([
  ["Edit", undefined, TEXT],
  ["Edit: Tea", undefined, { ...TEXT, to: "Tea" }],
  ["Edit", "Edit", { ...TEXT, isIconOnly: true }],
  ["Edit: Tea", "Edit: Tea", { ...TEXT, to: "Tea", isIconOnly: true }],
])(
  "a button with the name %j has the title %j, since a screen reader would announce another one as well",
  (name, title, given) => {
    const text = String(button(given));
    const label = / aria-label="([^"]*)"/.exec(text)?.[1] ?? text.replace(/<[^>]*>/g, "");
    expect([label, / title="([^"]*)"/.exec(text)?.[1]]).toEqual([name, title]);
  },
);
