import { parseOptions } from "@sightline/foundation/command-line";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../run/result.js";
import { LiveLog } from "./live-log.js";
import { htmlPath, planJobs, readRunOptions, runOptions } from "./run-options.js";

describe("planJobs", () => {
  it("takes IN OUT, or IN alone, or many with a folder", () => {
    expect(planJobs(["a.ipynb", "b.ipynb"], undefined)).toEqual([{ path: "a.ipynb", output: "b.ipynb" }]);
    expect(planJobs(["n/a.ipynb"], undefined)).toEqual([{ path: "n/a.ipynb", output: "out/a.ipynb" }]);
    expect(planJobs(["n/a.ipynb", "n/b.ipynb"], "s3://x/y/")).toEqual([
      { path: "n/a.ipynb", output: "s3://x/y/a.ipynb" },
      { path: "n/b.ipynb", output: "s3://x/y/b.ipynb" },
    ]);
  });

  it.each([
    [[], undefined, "Name a notebook"],
    [["a", "b", "c"], undefined, "--output-dir"],
    [["a.ipynb"], ".", "would overwrite the notebook itself"],
    [["x/a.ipynb", "y/a.ipynb"], "out", "Two notebooks would be written"],
  ])("refuses %j into %s", (names, folder, message) => {
    expect(() => planJobs(names, folder)).toThrow(message);
  });
});

const read = (args: readonly string[]) => {
  const { positionals, values } = parseOptions(runOptions, args);
  return readRunOptions(positionals, values);
};

describe("readRunOptions", () => {
  it("reads times, counts and parameters", async () => {
    const options = await read(["a.ipynb", "-p", "n=1", "--cell-timeout", "1.5m", "--parallel", "3"]);
    expect(options.run).toMatchObject({ cellTimeoutMs: 90_000, parallel: 3, parameterTexts: { n: "1" } });
  });

  it.each([
    ["--parallel", "0"],
    ["--deadline", "5 minutes"],
    ["--deadline", "0"],
    ["--cell-timeout", "1000h"],
  ])("refuses %s %s", async (...args) => {
    await expect(read(["a.ipynb", ...args])).rejects.toThrow(/takes a/);
  });

  it("puts HTML into a file for one notebook and into a folder for several", () => {
    expect(htmlPath("r.html", { path: "a.ipynb" }, 1)).toBe("r.html");
    expect(htmlPath("reports/", { path: "n/a.ipynb" }, 2)).toBe("reports/a.html");
  });
});

describe("LiveLog", () => {
  const path = "a.ipynb";
  const stream = (text: string): RunEvent => ({
    kind: "output",
    path,
    index: 0,
    output: { output_type: "stream", name: "stdout", text },
  });
  const shown = (text: string): RunEvent => ({
    kind: "output",
    path,
    index: 0,
    displayId: "d",
    output: { output_type: "display_data", data: { "text/plain": text }, metadata: {} },
  });
  const end: RunEvent = {
    kind: "cell-end",
    path,
    codeCells: 1,
    result: { index: 0, number: 1, title: "T", status: "ok", seconds: 1 },
  };

  it("writes whole lines, and a rest when the cell ends", () => {
    let text = "";
    const log = new LiveLog(
      (piece) => {
        text += piece;
      },
      { names: false },
    );
    for (const event of [stream("a\nb"), stream("c\nd"), end]) log.add(event);
    expect(text).toBe("  | a\n  | bc\n  | d\n[1/1] ok, 1.00 s\n");
  });

  it("leaves a bar that is redrawn with \\r in one line", () => {
    let text = "";
    const log = new LiveLog(
      (piece) => {
        text += piece;
      },
      { names: false },
    );
    log.add(stream("1 %\r2 %\r\n\u2028\n"));
    expect(text).toBe("  | 1 %\r2 %\r\n  | \u2028\n");
  });

  it("writes a display that changes often only now and then, and its last state always", () => {
    let text = "";
    const log = new LiveLog(
      (piece) => {
        text += piece;
      },
      { names: true },
    );
    for (let percent = 0; percent <= 100; percent++) log.add(shown(`${percent} %`));
    log.add(end);
    expect(text).toBe("a.ipynb   | 100 %\na.ipynb [1/1] ok, 1.00 s\n");
  });
});
