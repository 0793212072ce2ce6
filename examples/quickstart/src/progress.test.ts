import type { RunEvent } from "@sightline/notebook";
import { describe, expect, it } from "vitest";
import { Progress } from "./progress.js";

const task = { notebook: "01", title: "Process", folder: "", parameters: {} };
const end = (title: string, number: number, seconds: number, codeCells = 3): RunEvent => ({
  kind: "cell-end",
  path: "01.ipynb",
  codeCells,
  result: { index: number, number, title, status: "ok", seconds },
});

function target(isTTY: boolean) {
  let text = "";
  return {
    isTTY,
    columns: 60,
    write: (more: string) => {
      text += more;
    },
    text: () => text,
  };
}

describe("Progress", () => {
  it("joins the cells of a section into one step", () => {
    const progress = new Progress(target(false));
    progress.notebook(task, end("1. Explore", 1, 1));
    progress.notebook(task, end("1. Explore (2)", 2, 2));
    progress.notebook(task, end("2. Split", 3, 0.5));
    expect(progress.steps).toEqual([
      { name: "Process: Explore", seconds: 3 },
      { name: "Process: Split", seconds: 0.5 },
    ]);
  });

  it("writes plain lines where there is no terminal", async () => {
    const out = target(false);
    const progress = new Progress(out);
    await progress.step("Check", async () => {});
    progress.notebook(task, end("Pack", 1, 1.25, 1));
    expect(out.text()).toBe("   0.0 s  Check\nProcess\n   1.3 s  Pack\n");
  });

  it("keeps the steps of notebooks that run at once apart", () => {
    const out = target(false);
    const progress = new Progress(out);
    const other = { ...task, title: "Mark up" };
    progress.notebook(task, end("Explore", 1, 1, 2));
    progress.notebook(other, end("Look", 1, 3, 1));
    progress.notebook(task, end("Split", 2, 2, 2));
    expect(progress.steps.map(({ name }) => name)).toEqual([
      "Mark up: Look",
      "Process: Explore",
      "Process: Split",
    ]);
    expect(out.text()).toBe("Mark up\n   3.0 s  Look\nProcess\n   1.0 s  Explore\n   2.0 s  Split\n");
  });

  it("draws a bar on a terminal, no wider than it, and takes it away", async () => {
    const out = target(true);
    const progress = new Progress(out);
    await expect(
      progress.step("x".repeat(100), async () => Promise.reject(new Error("broken"))),
    ).rejects.toThrow("broken");
    const [bar] = out
      .text()
      .split("\r\u001b[K")
      .filter((part) => part !== "");
    expect(bar).toMatch(/^ {2}\[\.{24}\] x+$/);
    expect(bar).toHaveLength(59);
    expect(out.text().endsWith("\r\u001b[K")).toBe(true);
    expect(progress.steps).toEqual([]);
  });
});
