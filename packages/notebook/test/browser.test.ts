import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive, load, printed, until } from "./command.js";
import { chromiumFlags, findChromium, findJupyter, type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { notebookJson } from "./notebook-file.js";

const executablePath = findChromium();
const program = executablePath === undefined ? undefined : findJupyter("jupyter-lab");
const missing = executablePath === undefined ? "Chromium" : program === undefined ? "JupyterLab" : undefined;
if (missing !== undefined)
  process.stderr.write(
    `The browser tests are skipped: there is no ${missing} (pip install jupyterlab; apt install chromium).\n`,
  );

/** Screenshots are kept where SIGHTLINE_SCREENSHOTS says, for people to look at. */
const screenshots = process.env.SIGHTLINE_SCREENSHOTS;

describe.skipIf(missing !== undefined)("the kernel in JupyterLab, driven in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightline-lab-"));
  let lab: JupyterLab;
  let browser: Browser;

  beforeAll(async () => {
    lab = await startJupyterLab(program!, folder);
    browser = await chromium.launch({ executablePath: executablePath!, args: chromiumFlags });
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, cells: Parameters<typeof notebookJson>[0]): Promise<Page> {
    writeFileSync(join(folder, name), notebookJson(cells));
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    await page.goto(lab.notebookUrl(name));
    await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
    // The page shows the kernel as idle before it has one; "Run All" would then ask which kernel is meant.
    await until(
      async () => (await lab.idleKernels()).includes(name),
      "the notebook's kernel is idle",
      60_000,
    );
    await page.locator(".jp-KernelName", { hasText: "TypeScript (Sightline)" }).first().waitFor();
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first().waitFor();
    return page;
  }

  async function runAll(page: Page): Promise<void> {
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.getByRole("menuitem", { name: /^Run All Cells/ }).click();
  }

  async function save(page: Page, name: string, done: (notebook: ReturnType<typeof load>) => boolean) {
    const path = join(folder, name);
    for (const end = Date.now() + 90_000; ; ) {
      await page.keyboard.press("Control+s");
      await page.waitForTimeout(500);
      // Jupyter does not replace the file in one step: it may be caught half written.
      const text = readFileSync(path, "utf8");
      const notebook = text.endsWith("}\n") || text.endsWith("}") ? load(path) : undefined;
      if (notebook !== undefined && done(notebook)) return notebook;
      if (Date.now() > end)
        throw new Error(`${name} was not finished after 90 s: ${readFileSync(path, "utf8").slice(0, 2_000)}`);
    }
  }

  async function keepScreenshot(page: Page, name: string): Promise<void> {
    if (screenshots === undefined) return;
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  it("runs all cells: pictures show, progress moves, errors name the cell's line", async () => {
    const page = await open("helpers.ipynb", [
      { text: "# In a browser" },
      [
        'const host = (globalThis as any)[Symbol.for("sightline.notebook.display")];',
        'const svg = (w: number) => \'<svg id="moving" data-done="\' + w + \'" width="200" height="20"><rect width="\' + w + \'" height="20" fill="green"/></svg>\';',
        'const show = (html: string, update: boolean) => host({ data: { "text/html": html, "text/plain": "bar" }, metadata: {}, transient: { display_id: "bar" } }, update);',
        "show(svg(0), false);",
        "for (let w = 1; w <= 200; w++) { await new Promise((r) => setTimeout(r, 15)); show(svg(w), true); }",
      ].join("\n"),
      'console.log("process", process.pid);\n1 + 1',
      'const a: number = 1;\n\nthrow new RangeError("as " + a + " meant");',
    ]);
    await runAll(page);
    const bar = page.locator("#moving");
    await bar.waitFor({ timeout: 30_000 });
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add((await bar.getAttribute("data-done")) ?? "").size, {
        timeout: 30_000,
        interval: 100,
      })
      .toBeGreaterThan(5);
    await keepScreenshot(page, "progress-moving");
    const traceback = page.locator(".jp-OutputArea-output", { hasText: "as 1 meant" }).first();
    await traceback.waitFor({ timeout: 30_000 });
    expect(await traceback.textContent()).toMatch(
      /RangeError: as 1 meant[\s\S]*> 3 \| throw new[\s\S]*line 3, column 7/,
    );
    expect(await bar.getAttribute("data-done")).toBe("200");
    expect(await page.locator(".jp-OutputArea-output", { hasText: /^2$/ }).count()).toBe(1);
    await keepScreenshot(page, "error");
    const saved = await save(
      page,
      "helpers.ipynb",
      ({ cells }) => cells[3]?.outputs.at(-1)?.output_type === "error",
    );
    expect(saved.cells.slice(1).map((cell) => cell.execution_count)).toEqual([1, 2, 3]);
    await page.close();
  });

  it("loses nothing of 20,000 lines and leaves none of 300 cells at [*]", async () => {
    const small = Array.from({ length: 300 }, (_, at) => `console.log("cell ${at}")`);
    const page = await open("many.ipynb", [
      "for (let i = 0; i < 20_000; i++) console.log('line', i);",
      ...small,
    ]);
    await runAll(page);
    const saved = await save(page, "many.ipynb", ({ cells }) => cells.at(-1)?.outputs.length === 1);
    expect(printed(saved, "c1")).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
    expect(small.filter((_, at) => printed(saved, `c${at + 2}`) !== `cell ${at}\n`)).toEqual([]);
    expect(saved.cells.map((cell) => cell.execution_count)).toEqual(saved.cells.map((_, at) => at + 1));
    expect(await page.locator(".jp-InputPrompt", { hasText: "[*]" }).count()).toBe(0);
    await page.close();
  });

  it("leaves no kernel behind when the server is killed", async () => {
    const page = await open("pid.ipynb", ["console.log(process.pid)", "await 0; while (true) {}"]);
    await runAll(page);
    const saved = await save(page, "pid.ipynb", (notebook) => /^\d+\n$/.test(printed(notebook, "c1")));
    const pid = Number(printed(saved, "c1"));
    expect(isAlive(pid)).toBe(true);
    await page.close();
    lab.process.kill("SIGKILL");
    await until(() => !isAlive(pid), "the kernel has ended");
  });
});
