import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseNotebook } from "../src/notebook-file/read.js";
import { isAlive, load, printed, run, start, until } from "./command.js";
import { notebookJson, writeNotebook } from "./notebook-file.js";

const parameters = { code: "let n = 3;\nlet must: string;", tags: ["parameters"] };

describe("sightline-notebook run", () => {
  it("writes each cell's output into the log while it runs, and results to stdout", async () => {
    const path = await writeNotebook([
      'console.log("at once"); while (!require("node:fs").existsSync("seen")) await new Promise((r) => setTimeout(r, 20));',
      "1",
    ]);
    const output = join(dirname(path), "out.ipynb");
    const { ended, stderrSoFar } = start(["run", path, output]);
    await until(() => stderrSoFar().includes("  | at once"), "the output is in the log");
    writeFileSync(join(dirname(path), "seen"), "");
    const { status, stdout, stderr } = await ended;
    expect(status).toBe(0);
    expect(stdout).toBe(`${output}\n`);
    expect(stderr).toMatch(/\[1\/2\] ok, [\d.]+ s/);
    expect(stderr).toMatch(/PASSED .* 2 of 2 cells/);
  });

  it("exits with 1 and the real error, keeps the partial notebook, and reports it in JUnit and HTML", async () => {
    const path = await writeNotebook([
      { text: "# Broken\n\nA table:\n\n| a | b |\n|---|---|\n| 1 | 2 |" },
      'console.log("before <&> \\u0007")',
      { text: "## Divide" },
      'const zero: number = 0;\nif (zero === 0) throw new RangeError("division by <zero>");',
      "1",
    ]);
    const folder = dirname(path);
    const [output, junit, html] = ["out.ipynb", "junit.xml", "report.html"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const { status, stderr } = await run(["run", path, output, "--junit", junit, "--html", html]);
    expect(status).toBe(1);
    expect(stderr).toContain("cell 2 (Divide): RangeError: division by <zero>");
    expect(stderr).toContain("> 2 | if (zero === 0) throw");
    expect(printed(load(output), "c2")).toBe("before <&> \u0007\n");
    expect(load(output).cells[3]?.outputs[0]).toMatchObject({ output_type: "error", ename: "RangeError" });

    const xml = readFileSync(junit, "utf8");
    expect(xml).toMatch(/<testsuite [^>]*tests="3" failures="1" errors="0" skipped="1"/);
    expect(xml).toContain('<failure type="RangeError" message="RangeError: division by &lt;zero&gt;">');
    expect(xml).toContain("<system-out>before &lt;&amp;&gt; \ufffd</system-out>");
    const page = readFileSync(html, "utf8");
    expect(page).toContain('<span class="badge failed">failed</span>');
    expect(page).toContain("RangeError: division by &lt;zero&gt;");
    expect(page).toContain("<td>1</td>");
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?!data:|#)/);
  });

  it("runs several notebooks in parallel, each with its own parameters file and report", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
    // Neither ends before the other has begun.
    const meeting = `import { existsSync, writeFileSync } from "node:fs";
      writeFileSync(mine, "");
      while (!existsSync(other)) await new Promise((r) => setTimeout(r, 20));
      console.log(n, must);`;
    for (const [mine, other] of ["ab", "ba"]) {
      const files = `const mine = "${folder}/${mine}.begun", other = "${folder}/${other}.begun";`;
      writeFileSync(join(folder, `${mine}.ipynb`), notebookJson([parameters, files, meeting]));
    }
    const file = join(folder, "params.yaml");
    writeFileSync(file, "n: 5\nmust: from yaml # a comment\n");
    const { status, stdout, stderr } = await run([
      "run",
      join(folder, "a.ipynb"),
      join(folder, "b.ipynb"),
      "--output-dir",
      join(folder, "out"),
      "--parallel",
      "2",
      "--params",
      file,
      "-p",
      "n=6",
      "--html",
      join(folder, "html"),
      "--json",
    ]);
    expect(stderr).toContain("b.ipynb   | 6 from yaml");
    expect(status).toBe(0);
    const results = JSON.parse(stdout) as { status: string }[];
    expect(results.map((result) => result.status)).toEqual(["ok", "ok"]);
    for (const name of ["a", "b"])
      expect(readFileSync(join(folder, "html", `${name}.html`), "utf8")).toContain("from yaml");
  });

  it("does not start a notebook behind one that failed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
    writeFileSync(join(folder, "a.ipynb"), notebookJson(['throw new Error("first")']));
    writeFileSync(join(folder, "b.ipynb"), notebookJson(["1"]));
    const { status, stderr } = await run([
      "run",
      join(folder, "a.ipynb"),
      join(folder, "b.ipynb"),
      "--output-dir",
      join(folder, "out"),
      "--quiet",
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/NOT RUN .*b\.ipynb/);
  });

  it("loses nothing of 20,000 lines and 300 cells in the saved notebook", async () => {
    const small = Array.from({ length: 299 }, (_, at) => `console.log("cell ${at}")`);
    const path = await writeNotebook(['for (let i = 0; i < 20_000; i++) console.log("line", i);', ...small]);
    const output = join(dirname(path), "out.ipynb");
    const { status } = await run(["run", path, output, "--quiet"]);
    expect(status).toBe(0);
    const { cells } = load(output);
    const text = (at: number) => printed({ cells } as ReturnType<typeof load>, `c${at + 1}`);
    expect(text(0)).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
    expect(small.every((_, at) => text(at + 1) === `cell ${at}\n`)).toBe(true);
    expect(cells.map((cell) => cell.execution_count)).toEqual(cells.map((_, at) => at + 1));
  });

  it("leaves no kernel and a notebook up to the last finished cell when it is killed", async () => {
    const pids =
      'import { spawn } from "node:child_process";\nconst child = spawn("sleep", ["600"]);\nconsole.log("pids", process.pid, child.pid);';
    // A kernel that is busy has its watching thread alone; one that waits could end before its children.
    const busy = "await 0; while (true) {}";
    const waits = "await new Promise(() => {})";
    for (const [victim, second] of [
      ["runner", busy],
      ["runner", waits],
      ["kernel", busy],
    ] as const) {
      const path = await writeNotebook([pids, second]);
      const output = join(dirname(path), "out.ipynb");
      const { child, ended, stderrSoFar } = start(["run", path, output]);
      await until(() => stderrSoFar().includes("[2/2]"), "the second cell runs");
      const [kernel, grandchild] = stderrSoFar()
        .match(/pids (\d+) (\d+)/)!
        .slice(1)
        .map(Number) as [number, number];
      process.kill(victim === "runner" ? child.pid! : kernel, "SIGKILL");
      const { status, signal, stderr } = await ended;
      await until(
        () => !isAlive(kernel) && !isAlive(grandchild),
        `nothing is left after kill -9 of the ${victim}`,
      );
      expect(printed(load(output), "c1")).toMatch(/^pids/);
      if (victim === "runner") expect(signal).toBe("SIGKILL");
      else {
        expect(status).toBe(1);
        expect(stderr).toContain("KernelDied");
        expect(load(output).cells[1]?.outputs[0]).toMatchObject({ ename: "KernelDied" });
      }
    }
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("saves and exits in order on %s with %i", async (name, expected) => {
    const path = await writeNotebook([
      'console.log("kept", process.pid)',
      'console.log("half"); await new Promise(() => {})',
    ]);
    const output = join(dirname(path), "out.ipynb");
    const { child, ended, stderrSoFar } = start(["run", path, output]);
    await until(() => stderrSoFar().includes("| half"), "the second cell has printed");
    child.kill(name);
    const { status, stderr } = await ended;
    expect(status).toBe(expected);
    expect(stderr).toContain(`Stopped by ${name}`);
    const saved = load(output);
    expect(printed(saved, "c2")).toBe("half\n");
    const kernel = Number(printed(saved, "c1").match(/\d+/)![0]);
    await until(() => !isAlive(kernel), "the kernel has ended");
  });

  it("names only what it saved when it is stopped", async () => {
    const first = await writeNotebook(['console.log("half"); await new Promise(() => {})']);
    const folder = dirname(first);
    const second = join(folder, "second.ipynb");
    writeFileSync(second, notebookJson(["1"]));
    const out = join(folder, "out");
    const { child, ended, stderrSoFar } = start(["run", first, second, "--output-dir", out]);
    await until(() => stderrSoFar().includes("| half"), "the cell has printed");
    child.kill("SIGINT");
    expect((await ended).stderr).toMatch(/Saved up to here: .*out\/test\.ipynb\n$/);
  });

  it("writes the notebook and its reports to S3, also of a run that fails", async () => {
    const objects = new Map<string, string>();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        if (request.method === "PUT")
          objects.set(request.url!.split("?")[0]!, Buffer.concat(chunks).toString("utf8"));
        response.setHeader("ETag", '"x"').end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REQUEST_CHECKSUM_CALCULATION: "WHEN_REQUIRED",
    };
    try {
      const path = await writeNotebook(['console.log("to S3")', 'throw new Error("broken")']);
      const args = [
        "run",
        path,
        "s3://bucket/runs/out.ipynb",
        "--junit",
        "s3://bucket/runs/junit.xml",
        "--quiet",
      ];
      const { status, stderr, stdout } = await run(args, env);
      expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: "s3://bucket/runs/out.ipynb\n" });
      const saved = parseNotebook(objects.get("/bucket/runs/out.ipynb")!, "out.ipynb");
      expect(printed(saved, "c1")).toBe("to S3\n");
      expect(objects.get("/bucket/runs/junit.xml")).toContain("Error: broken");
    } finally {
      server.close();
    }
  });
});

describe("an S3 that cannot be reached", () => {
  it("costs no work: the executed notebook is kept, and the message says where", async () => {
    const path = await writeNotebook(['console.log("hours of work")']);
    const env = {
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const { status, stderr } = await run(["run", path, "s3://bucket/out.ipynb", "--quiet"], env);
    expect(status).toBe(2);
    const kept = stderr.match(/Cannot write s3:\/\/bucket\/out\.ipynb: .* It is kept in (.*)\.\n/)?.[1];
    expect(printed(load(kept!), "c1")).toBe("hours of work\n");
    rmSync(dirname(kept!), { recursive: true });
  });
});
