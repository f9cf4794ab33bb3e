/** Finds and starts Chromium. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const USUAL_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/** @param hasBackForwardCache Whether Back may show a kept page, as in a user's browser. @throws Without Chromium. */
export function startChromium({ hasBackForwardCache = false } = {}): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM ?? "", ...USUAL_PATHS, chromium.executablePath()].find(existsSync);
  if (!executablePath) {
    throw new Error(
      "There is no Chromium here. Install one (`npx playwright-core install chromium`), or say in CHROMIUM where it is.",
    );
  }
  // No sandbox: in containers tests run as root, and the pages are our own.
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const ignoreDefaultArgs = hasBackForwardCache ? ["--disable-back-forward-cache"] : [];
  return chromium.launch({ executablePath, args, ignoreDefaultArgs });
}
