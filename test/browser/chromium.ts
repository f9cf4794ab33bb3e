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

/** @throws Where there is none. */
export function startChromium(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM ?? "", ...USUAL_PATHS, chromium.executablePath()].find(existsSync);
  if (!executablePath) {
    throw new Error(
      "There is no Chromium here. Install one (`npx playwright-core install chromium`), or say in CHROMIUM where it is.",
    );
  }
  // No sandbox: in containers tests run as root, and the pages are our own.
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath, args });
}
