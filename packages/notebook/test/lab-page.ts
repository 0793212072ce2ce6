import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Notebook } from "../src/index.js";
import { load, until } from "./command.js";
import type { JupyterLab } from "./jupyter-lab.js";

/** Screenshots are kept where SIGHTLINE_SCREENSHOTS says, for people to look at. */
const screenshots = process.env.SIGHTLINE_SCREENSHOTS;

/** Writes a notebook into the served folder and opens it, with its kernel ready. */
export async function openPage(
  browser: Browser,
  lab: JupyterLab,
  folder: string,
  name: string,
  text: string,
  height = 900,
): Promise<Page> {
  writeFileSync(join(folder, name), text);
  // JupyterLab takes cells out of the page that cannot be seen: a page to be searched must be tall.
  const page = await browser.newPage({ viewport: { width: 1200, height } });
  await page.goto(lab.notebookUrl(name));
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 120_000 });
  // The page shows the kernel as idle before it has one; "Run All" would then ask which kernel is meant.
  await until(async () => (await lab.idleKernels()).includes(name), "the notebook's kernel is idle");
  await page
    .locator(".jp-KernelName", { hasText: "TypeScript (Sightline)" })
    .first()
    .waitFor({ timeout: 120_000 });
  await page
    .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    .first()
    .waitFor({ timeout: 120_000 });
  return page;
}

/** Run menu, Run All Cells. */
export async function runAll(page: Page): Promise<void> {
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Run All Cells/ }).click();
}

/** Saves until the file shows that the run is done, and returns it. */
export async function save(
  page: Page,
  folder: string,
  name: string,
  done: (notebook: Notebook) => boolean,
  ms = 120_000,
): Promise<Notebook> {
  const path = join(folder, name);
  for (const end = Date.now() + ms; ; ) {
    await page.keyboard.press("Control+s");
    await page.waitForTimeout(500);
    // Jupyter does not replace the file in one step: it may be caught half written.
    const whole = readFileSync(path, "utf8").trimEnd().endsWith("}");
    const notebook = whole ? load(path) : undefined;
    if (notebook !== undefined && done(notebook)) return notebook;
    if (Date.now() > end) {
      await keepScreenshot(page, `${name}-unfinished`);
      throw new Error(`${name} was not finished after ${ms / 1_000} s.`);
    }
  }
}

/** Keeps a picture of the page. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
