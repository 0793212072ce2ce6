import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell, Notebook } from "../src/index.js";
import { isAlive, printed, until } from "./command.js";
import { chromiumFlags, findChromium, findJupyter, type JupyterLab, startJupyterLab } from "./jupyter-lab.js";
import { keepScreenshot, openPage, runAll, save } from "./lab-page.js";
import { notebookJson } from "./notebook-file.js";

const executablePath = findChromium();
const program = executablePath === undefined ? undefined : findJupyter("jupyter-lab");
const missing = executablePath === undefined ? "Chromium" : program === undefined ? "JupyterLab" : undefined;
if (missing !== undefined)
  process.stderr.write(
    `The browser tests are skipped: there is no ${missing} (pip install jupyterlab; apt install chromium).\n`,
  );

const notebooks = fileURLToPath(new URL("../../../notebooks", import.meta.url));

describe.skipIf(missing !== undefined)("the kernel in JupyterLab, driven in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightline-lab-"));
  let lab: JupyterLab;
  let browser: Browser;
  let local: LocalSageMaker;

  beforeAll(async () => {
    // As in a checkout: packages lie beside the notebooks, and the local SageMaker is all the AWS there is.
    symlinkSync(join(notebooks, "node_modules"), join(folder, "node_modules"));
    local = await startLocalSageMaker({ stateDir: join(folder, "..", `${basename(folder)}-state`) });
    lab = await startJupyterLab(program!, folder, local.env);
    browser = await chromium.launch({ executablePath: executablePath!, args: chromiumFlags });
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await lab?.close();
    await local?.close();
    rmSync(`${folder}-state`, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const openNotebook = (name: string, text: string, height?: number) =>
    openPage(browser, lab, folder, name, text, height);

  it("runs all cells: pictures show, progress moves, errors name the cell's line", async () => {
    const page = await openNotebook(
      "helpers.ipynb",
      notebookJson([
        { text: "# In a browser" },
        [
          'const host = (globalThis as any)[Symbol.for("sightline.notebook.display")];',
          'const svg = (w: number) => \'<svg id="moving" data-done="\' + w + \'" width="200" height="20"><rect width="\' + w + \'" height="20" fill="green"/></svg>\';',
          'const show = (html: string, update: boolean) => host({ data: { "text/html": html, "text/plain": "bar" }, metadata: {}, transient: { display_id: "bar" } }, update);',
          "show(svg(0), false);",
          // Until the test has seen enough, which takes a busy browser longer.
          'for (let w = 1; !require("node:fs").existsSync("seen"); w++) { await new Promise((r) => setTimeout(r, 15)); show(svg(w % 200), true); }',
          "show(svg(200), true);",
        ].join("\n"),
        'console.log("process", process.pid);\n1 + 1',
        'const a: number = 1;\n\nthrow new RangeError("as " + a + " meant");',
      ]),
    );
    // Every state is seen, however busy the machine: what changes is told by the page itself.
    await page.evaluate(`
      window.seenStates = new Set();
      new MutationObserver(() => {
        const bar = document.querySelector("#moving");
        if (bar !== null) window.seenStates.add(bar.getAttribute("data-done"));
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    `);
    await runAll(page);
    await page.waitForFunction("window.seenStates.size > 5", undefined, patience);
    await keepScreenshot(page, "progress-moving");
    writeFileSync(join(folder, "seen"), "");
    const traceback = page.locator(".jp-OutputArea-output", { hasText: "as 1 meant" }).first();
    await traceback.waitFor(patience);
    expect(await traceback.textContent()).toMatch(
      /RangeError: as 1 meant[\s\S]*> 3 \| throw new[\s\S]*line 3, column 7/,
    );
    expect(await page.locator("#moving").getAttribute("data-done")).toBe("200");
    expect(await page.locator(".jp-OutputArea-output", { hasText: /^2$/ }).count()).toBe(1);
    await keepScreenshot(page, "error");
    const saved = await save(
      page,
      folder,
      "helpers.ipynb",
      ({ cells }) => cells[3]?.outputs.at(-1)?.output_type === "error",
    );
    expect(saved.cells.slice(1).map((cell) => cell.execution_count)).toEqual([1, 2, 3]);
    await page.close();
  });

  it("colours cells as TypeScript, and those with JSX too, and writes the language down", async () => {
    const page = await openNotebook(
      "colours.ipynb",
      notebookJson(
        [
          "interface Road { readonly name: string }\nlet road: Road;",
          'const React = { createElement: (tag: string, props: { title: string }) => tag + props.title };\n(<b title="x"></b> as unknown as string)',
        ],
        { kernelspec: { name: "sightline", display_name: "TypeScript (Sightline)", language: "typescript" } },
      ),
    );
    await runAll(page);
    // Colours are spans; a text whose language is not known has none. `interface` is no keyword of JavaScript.
    const coloursOf = (text: string) =>
      page.locator(".jp-CodeCell .cm-line span", { hasText: new RegExp(`^${text}$`) }).first();
    const colourOf = (text: string) =>
      coloursOf(text).evaluate((span) =>
        (globalThis as unknown as { getComputedStyle(of: unknown): { color: string } })
          .getComputedStyle(span)
          .color.toString(),
      );
    await coloursOf("interface").waitFor(patience);
    expect(await colourOf("interface")).toBe(await colourOf("let"));
    expect(await colourOf("interface")).not.toBe(await colourOf("Road"));
    const saved = await save(page, folder, "colours.ipynb", ({ cells }) => cells[1]?.execution_count === 2);
    expect(saved.metadata.language_info).toMatchObject({
      name: "typescript",
      mimetype: "text/typescript",
      file_extension: ".ts",
      codemirror_mode: { name: "typescript" },
    });
    expect(saved.cells.map(errorOf)).toEqual([undefined, undefined]);
    expect(saved.cells[1]?.outputs).toMatchObject([{ data: { "text/plain": "bx" } }]);
    await page.close();
  });

  it("loses nothing of 20,000 lines and leaves none of 300 cells at [*]", async () => {
    const small = Array.from({ length: 300 }, (_, at) => `console.log("cell ${at}")`);
    const page = await openNotebook(
      "many.ipynb",
      notebookJson(["for (let i = 0; i < 20_000; i++) console.log('line', i);", ...small]),
    );
    await runAll(page);
    const saved = await save(page, folder, "many.ipynb", ({ cells }) => cells.at(-1)?.outputs.length === 1);
    expect(printed(saved, "c1")).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
    expect(small.filter((_, at) => printed(saved, `c${at + 2}`) !== `cell ${at}\n`)).toEqual([]);
    expect(saved.cells.map((cell) => cell.execution_count)).toEqual(saved.cells.map((_, at) => at + 1));
    expect(await page.locator(".jp-InputPrompt", { hasText: "[*]" }).count()).toBe(0);
    await page.close();
  });

  it("runs the notebooks, with pictures, a growing curve and a video that plays", {
    timeout: 900_000,
  }, async () => {
    const names = [
      "01-process-and-upload",
      "02-train-and-deploy",
      "03-evaluate",
      "04-mark-up-video",
      "05-load-test",
    ];
    for (const name of names) {
      const text = readFileSync(join(notebooks, `${name}.ipynb`), "utf8").replaceAll(
        "../out/notebooks",
        "out",
      );
      const page = await openNotebook(`${name}.ipynb`, text, 7_000);
      // The display of the job changes in place: its state and time, and the curve once there are values.
      await page.evaluate(`
        window.jobStates = new Set();
        new MutationObserver(() => {
          for (const output of document.querySelectorAll(".jp-OutputArea-output"))
            if (output.textContent.includes("Training job")) window.jobStates.add(output.innerHTML);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      `);
      await runAll(page);
      if (name.startsWith("02")) {
        await page.waitForFunction("window.jobStates.size > 2", undefined, patience);
        await page.locator("polyline").first().waitFor(patience);
        await keepScreenshot(page, `${name}-while-training`);
      }
      const isLast = ({ cells }: Notebook) => {
        const code = cells.filter(({ cell_type }) => cell_type === "code");
        return code.at(-1)?.execution_count != null || code.some((cell) => errorOf(cell) !== undefined);
      };
      const saved = await save(page, folder, `${name}.ipynb`, isLast, 400_000);
      expect(saved.cells.map(errorOf).filter((error) => error !== undefined)).toEqual([]);
      if (name.startsWith("01")) {
        expect(await page.locator("figure img").evaluateAll(allLoaded)).toBeGreaterThanOrEqual(6);
      }
      if (name.startsWith("04")) {
        const seconds = await page.locator("video").last().evaluate(playedSeconds);
        expect(seconds).toBeGreaterThan(0);
      }
      await keepScreenshot(page, name);
      await page.close();
    }
  });

  it("leaves no kernel behind when the server is killed", async () => {
    const page = await openNotebook(
      "pid.ipynb",
      notebookJson(["console.log(process.pid)", "await 0; while (true) {}"]),
    );
    await runAll(page);
    const saved = await save(page, folder, "pid.ipynb", (notebook) =>
      /^\d+\n$/.test(printed(notebook, "c1")),
    );
    const pid = Number(printed(saved, "c1"));
    expect(isAlive(pid)).toBe(true);
    await page.close();
    lab.process.kill("SIGKILL");
    await until(() => !isAlive(pid), "the kernel has ended");
  });
});

/** A bound for what comes when it comes: a busy machine takes ten times as long as a quiet one. */
const patience = { timeout: 120_000 };

/** The error that a cell shows. */
const errorOf = ({ outputs }: Cell) =>
  outputs
    .map((output) => (output.output_type === "error" ? output.traceback.join("\n") : undefined))
    .find(Boolean);

/** Runs in the page: pictures that were really decoded. */
const allLoaded = (images: { complete: boolean; naturalWidth: number }[]) =>
  images.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0).length;

/** Runs in the page: plays until something has been seen, and tells how far it came. */
async function playedSeconds(video: {
  muted: boolean;
  play(): Promise<void>;
  currentTime: number;
  ontimeupdate: (() => void) | null;
}): Promise<number> {
  video.muted = true;
  await video.play();
  await new Promise<void>((resolve) => {
    video.ontimeupdate = () => {
      if (video.currentTime > 0) resolve();
    };
  });
  return video.currentTime;
}
