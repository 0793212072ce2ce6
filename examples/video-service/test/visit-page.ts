import { existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { expect } from "vitest";
import { request, type Started } from "./service-client.js";

const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
/** A drive of two seconds to the north-east. */
const GPX = `<gpx version="1.1"><trk><trkseg>${[0, 1, 2]
  .map(
    (second) =>
      `<trkpt lat="${52.5 + second * 2e-4}" lon="${13.4 + second * 3e-4}"><time>2026-11-28T10:00:0${second}Z</time></trkpt>`,
  )
  .join("")}</trkseg></trk></gpx>`;

/** Goes through the page in Chromium as somebody with a phone does. With SCREENSHOTS in the environment it leaves pictures there. */
export async function visitPage(
  example: Started,
  road: string,
  folder: string,
  skip: (why: string) => never,
): Promise<void> {
  const page = await request(example.url);
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  if (chromiumPath === undefined) return skip("needs Chromium");
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    const faults: string[] = [];
    tab.on("pageerror", (error) => faults.push(error.message));
    await tab.goto(example.url);
    await tab.fill("#email", example.user.email);
    await tab.fill("#password", "not the password");
    await tab.click("#enter button");
    await tab.waitForSelector("#status.failed");
    await tab.fill("#password", example.user.password);
    await tab.click("#enter button");
    const track = join(folder, "drive.gpx");
    const video = join(folder, "drive.mp4");
    await copyFile(road, video);
    await writeFile(track, GPX);
    await tab.setInputFiles("#files", [video, track]);
    await tab.click("#jobs button:text-is('drive.mp4')", { timeout: 150_000 });
    const item = tab.locator("#jobs li", { has: tab.locator("button:text-is('drive.mp4')") });
    await item.locator("svg circle").first().waitFor();
    expect(await item.locator(".counts td").first().textContent()).toBe("pothole");
    await tab.waitForFunction("document.querySelector('video').readyState >= 1");
    expect(await tab.evaluate("document.querySelector('video').duration")).toBeCloseTo(1, 1);
    expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    const { SCREENSHOTS } = process.env;
    if (SCREENSHOTS)
      await tab.screenshot({ path: join(SCREENSHOTS, "video-service-dark.png"), fullPage: true });
    if (SCREENSHOTS) {
      await tab.emulateMedia({ colorScheme: "light" });
      await tab.setViewportSize({ width: 1000, height: 900 });
      await tab.screenshot({ path: join(SCREENSHOTS, "video-service-light.png"), fullPage: true });
    }
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
}
