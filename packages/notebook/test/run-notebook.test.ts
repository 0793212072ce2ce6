import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunEvent, runNotebook, runNotebooks } from "../src/index.js";
import { isAlive, load, printed, run, until } from "./command.js";
import { writeNotebook } from "./notebook-file.js";

const parameters = {
  code: 'let n = 3;\nlet mode: "random" | "group" = "group";\nlet name = "x";\nlet list: number[] = [];',
  tags: ["parameters"],
};

describe("runNotebook", () => {
  it("gives typed parameters, records where the run comes from, and tells progress with times", async () => {
    const path = await writeNotebook([
      { text: "# Sums" },
      parameters,
      { text: "## Print" },
      "console.log(n * 2, mode, name, list.length);",
    ]);
    const output = join(dirname(path), "out", "done.ipynb");
    const events: RunEvent[] = [];
    const running = runNotebook(path, {
      output,
      parameters: { list: [1, 2], name: "of a file" },
      parameterTexts: { n: "21", mode: "random", name: "007" },
    });
    for await (const event of running) events.push(event);
    const result = await running;
    expect(result.status).toBe("ok");
    expect(result.parameters).toEqual({ list: [1, 2], name: "007", n: 21, mode: "random" });
    const saved = load(output);
    expect(printed(saved, "c4")).toBe("42 random 007 2\n");
    expect(saved.cells.find(({ id }) => id === "injected-parameters")?.source).toBe(
      'list = [1,2];\nname = "007";\nn = 21;\nmode = "random";',
    );
    expect(saved.cells.find(({ id }) => id === "injected-parameters")?.outputs).toEqual([]);
    expect(saved.metadata.sightline).toMatchObject({
      runner: expect.stringMatching(/^@sightline\/notebook \d/),
      node: process.version,
      source: { path, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      status: "ok",
      parameters: { n: 21 },
    });
    expect(
      saved.cells.filter(({ cell_type }) => cell_type === "code").map((cell) => cell.execution_count),
    ).toEqual([1, 2, 3]);
    const ends = events.filter((event) => event.kind === "cell-end");
    expect(ends.map(({ result: { number, title, status } }) => ({ number, title, status }))).toEqual([
      { number: 1, title: "Sums", status: "ok" },
      { number: 2, title: "Sums (2)", status: "ok" },
      { number: 3, title: "Print", status: "ok" },
    ]);
    expect(ends.every(({ result: { seconds } }) => seconds > 0)).toBe(true);
  });

  it("records the commit of a notebook in a repository", async () => {
    const path = new URL("fixtures/in-repository.ipynb", import.meta.url).pathname;
    const result = await runNotebook(path);
    expect(result.status).toBe("ok");
    // An archive of the sources has no repository around it.
    if (existsSync(new URL("../../../.git", import.meta.url))) {
      expect(result.provenance.commit?.id).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it("honours the tags raises-exception and skip-execution", async () => {
    const path = await writeNotebook([
      { code: 'throw new Error("meant")', tags: ["raises-exception"] },
      { code: 'throw new Error("must not run")', tags: ["skip-execution"] },
      'console.log("behind")',
    ]);
    const { status, cells, notebook } = await runNotebook(path);
    expect(status).toBe("ok");
    expect(cells.map((cell) => cell.status)).toEqual(["expected-failure", "skipped", "ok"]);
    expect(notebook.cells[1]?.outputs).toEqual([]);
  });

  it("stops at a failing cell, or goes on when told, and fails the run either way", async () => {
    const path = await writeNotebook(['throw new Error("broken")', 'console.log("behind")']);
    const stopped = await runNotebook(path);
    expect(stopped.cells.map(({ status }) => status)).toEqual(["failed", "not-run"]);
    const went = await runNotebook(path, { keepGoing: true });
    expect(went.status).toBe("failed");
    expect(went.cells.map(({ status }) => status)).toEqual(["failed", "ok"]);
    expect(went.failure?.error).toMatchObject({ ename: "Error", evalue: "broken" });
  });

  it("fails the run for a rejection that comes behind the last cell", async () => {
    const path = await writeNotebook([
      'setTimeout(() => Promise.reject(new Error("afterwards")), 20); void 0;',
    ]);
    const { status, failure } = await runNotebook(path);
    expect(status).toBe("failed");
    expect(failure?.error.evalue).toBe("afterwards");
  });

  it("sees a late rejection of a kernel that got no processor for a while", async () => {
    const pause = '["-c", "kill -STOP $0; sleep 0.4; kill -CONT $0", String(process.pid)]';
    const path = await writeNotebook([
      `import { spawn } from "node:child_process";
       setTimeout(() => Promise.reject(new Error("afterwards")), 60);
       spawn("sh", ${pause}, { stdio: "ignore" }); void 0;`,
    ]);
    expect((await runNotebook(path)).failure?.error.evalue).toBe("afterwards");
  });

  it("ends a cell at its time limit, also one that blocks, and keeps what it had printed", async () => {
    // Long enough for a busy machine to come to what it prints.
    const run = async (code: string) =>
      await runNotebook(await writeNotebook([`console.log("begun"); ${code}`, "1"]), {
        cellTimeoutMs: 6_000,
      });
    const codes = ["await new Promise(() => {})", "await 0; while (true) {}"];
    for (const result of await Promise.all(codes.map(run))) {
      expect(result.status).toBe("timed-out");
      expect(result.failure?.error).toMatchObject({
        ename: "CellTimeout",
        evalue: expect.stringContaining("6.00 s"),
      });
      expect(printed(result.notebook, "c1")).toBe("begun\n");
      expect(result.cells.map(({ status }) => status)).toEqual(["timed-out", "not-run"]);
    }
  });

  it("ends the kernel of a cell that was cut short in order", async () => {
    const path = await writeNotebook([
      `import { writeFileSync } from "node:fs";
       process.on("exit", () => writeFileSync("ended", ""));
       console.log("begun"); await new Promise(() => {});`,
    ]);
    const stop = new AbortController();
    const running = runNotebook(path, { signal: stop.signal });
    const reason = new Error("enough");
    const stopped = async () => {
      for await (const event of running) if (event.kind === "output") stop.abort(reason);
    };
    await expect(stopped()).rejects.toBe(reason);
    expect(existsSync(join(dirname(path), "ended"))).toBe(true);
  });

  it("saves the notebook when the whole run reaches its deadline", async () => {
    const path = await writeNotebook(['console.log("first")', "await new Promise(() => {})"]);
    const output = join(dirname(path), "out.ipynb");
    const result = await runNotebook(path, { output, deadlineMs: 15_000 });
    expect(result.status).toBe("timed-out");
    const saved = load(output);
    expect(printed(saved, "c1")).toBe("first\n");
    expect(saved.cells[1]?.outputs.at(-1)).toMatchObject({ output_type: "error", ename: "DeadlineReached" });
    expect(saved.metadata.sightline).toMatchObject({ status: "timed-out" });
  });

  it("tells a deadline that leaves no time for a kernel or for a later notebook from a kernel that is broken", async () => {
    const [first, second] = [await writeNotebook(["1"]), await writeNotebook(["2"])];
    const outcomes = await runNotebooks([{ path: first }, { path: second }], {
      deadlineMs: 50,
      keepGoing: true,
    });
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "error", error: { name: "DeadlineError" } });
    }
    const { status, stderr } = await run([
      "run",
      first,
      join(dirname(first), "out.ipynb"),
      "--deadline",
      "50ms",
    ]);
    expect(status).toBe(3);
    expect(stderr).toContain("limit of 0.05 s (--deadline)");
  });

  it("keeps characters whole that a child of a cell writes in pieces", async () => {
    const script =
      "const b = Buffer.from('\u00e4\u20ac'); for (const one of b) { fs.writeSync(1, Buffer.from([one])); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30); }";
    const path = await writeNotebook([
      `require("child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(script)}], { stdio: "inherit" });`,
    ]);
    const { notebook } = await runNotebook(path);
    expect(printed(notebook, "c1")).toBe("\u00e4\u20ac");
  });

  it("tells that the kernel ended, with its last words", async () => {
    const path = await writeNotebook([
      'console.log("x"); require("node:fs").writeSync(2, "out of luck"); process.exit(7)',
    ]);
    const { status, failure } = await runNotebook(path);
    expect(status).toBe("failed");
    expect(failure?.error.ename).toBe("KernelDied");
    expect(failure?.error.evalue).toMatch(/exit status 7.*out of luck/);
  });

  it("rejects with the signal's reason when aborted, and saves what there is", async () => {
    const path = await writeNotebook(['console.log("kept")', "await new Promise(() => {})"]);
    const output = join(dirname(path), "out.ipynb");
    const stop = new AbortController();
    const running = runNotebook(path, { output, signal: stop.signal });
    const watch = async () => {
      for await (const event of running)
        if (event.kind === "cell-start" && event.number === 2) stop.abort(new Error("enough"));
    };
    await expect(watch()).rejects.toThrow("enough");
    await expect(running).rejects.toThrow("enough");
    expect(printed(load(output), "c1")).toBe("kept\n");
    await expect(runNotebook(path, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
      "before",
    );
  });

  it("ends the run when the loop over its events is left, and leaves no kernel", async () => {
    const path = await writeNotebook(['console.log("pid", process.pid)', "await new Promise(() => {})"]);
    const running = runNotebook(path);
    let pid = 0;
    for await (const event of running) {
      if (event.kind === "output" && event.output.output_type === "stream")
        pid = Number(event.output.text.match(/pid (\d+)/)?.[1]);
      if (event.kind === "cell-start" && event.number === 2) break;
    }
    await expect(running).rejects.toThrow("left");
    await until(() => !isAlive(pid), "the kernel has ended");
  });

  it("shows a display that changes in place once, in its last state, also from a later cell", async () => {
    const path = await writeNotebook([
      'import { newDisplay } from "tslab";\nconst d = newDisplay();\nfor (let i = 0; i <= 100; i++) d.text(i + " %");',
      'd.text("done");',
    ]);
    const { notebook } = await runNotebook(path);
    expect(notebook.cells[0]?.outputs).toEqual([
      { output_type: "display_data", data: { "text/plain": "done" }, metadata: {} },
    ]);
    expect(notebook.cells[1]?.outputs).toEqual([]);
  });

  it("saves a file that Jupyter's format check accepts in form", async () => {
    const path = await writeNotebook([{ text: "# T" }, 'console.log("a\\nb")']);
    const output = join(dirname(path), "out.ipynb");
    await runNotebook(path, { output });
    const file = JSON.parse(readFileSync(output, "utf8"));
    expect(file).toMatchObject({ nbformat: 4, nbformat_minor: 5 });
    expect(file.cells[1].outputs).toEqual([{ output_type: "stream", name: "stdout", text: ["a\n", "b\n"] }]);
    expect(file.metadata.language_info).toMatchObject({ name: "typescript", file_extension: ".ts" });
  });
});
