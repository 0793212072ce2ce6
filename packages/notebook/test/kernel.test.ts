import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKernel } from "../src/kernelspec/find.js";
import { KernelClient } from "../src/wire/kernel-client.js";
import { startKernelProcess } from "../src/wire/kernel-process.js";
import { createHeader, decodeMessage, encodeMessage, type Message } from "../src/wire/message.js";
import { connectClientSockets } from "../src/wire/sockets.js";
import { until } from "./command.js";
import { startSession } from "./kernel-session.js";

const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
let kernel: KernelClient;
const late: Message[] = [];

beforeAll(async () => {
  kernel = await KernelClient.start(findKernel("sightline", true), {
    cwd: folder,
    onLateOutput: (message) => late.push(message),
  });
  // For cells to tell that they have come so far: a display is sent at once.
  await execute('import { display as telling } from "tslab"; const begun = () => telling.text("begun")');
});
afterAll(async () => {
  await kernel.close();
  rmSync(folder, { recursive: true, force: true });
});

async function execute(code: string) {
  const messages: Message[] = [];
  const end = await kernel.execute(code, (message) => messages.push(message));
  const reply = end.kind === "replied" ? end.content : {};
  const of = (type: string) =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const text = of("stream")
    .map(({ text }) => text)
    .join("");
  const traceback = stripVTControlCharacters(((reply.traceback as string[] | undefined) ?? []).join("\n"));
  return { reply, of, text, traceback };
}

describe("the kernel", () => {
  it("needs no @types/node beside the notebook", async () => {
    expect((await execute('console.log("hello", process.pid > 0)')).text).toBe("hello true\n");
  });

  it("counts executions and returns the last expression as a result", async () => {
    const first = await execute("1 + 1");
    const second = await execute("({ a: [1, 2] })");
    expect(first.of("execute_result")[0]).toMatchObject({ data: { "text/plain": "2" } });
    expect(second.of("execute_result")[0]).toMatchObject({ data: { "text/plain": "{ a: [ 1, 2 ] }" } });
    expect(second.reply.execution_count).toBe(Number(first.reply.execution_count) + 1);
    expect(second.of("execute_input")[0]).toMatchObject({ execution_count: second.reply.execution_count });
  });

  it("reports a thrown error with the cell's own line numbers, also of functions from earlier cells", async () => {
    const defined = await execute(
      'interface Unused {\n  a: number;\n}\n\nfunction fail(n: number) {\n  throw new RangeError("n is " + n);\n}',
    );
    const thrown = await execute("const n: number = 3;\n\n\nfail(n);");
    expect(thrown.reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "n is 3" });
    expect(thrown.of("error")[0]).toMatchObject({ ename: "RangeError", evalue: "n is 3" });
    expect(thrown.traceback).toContain(`at fail (cell [${defined.reply.execution_count}], line 6, column 9)`);
    expect(thrown.traceback).toContain(`at cell [${thrown.reply.execution_count}], line 4, column 1`);
    expect(thrown.traceback).toContain("> 4 | fail(n);");
    expect(thrown.traceback).not.toContain("tslab");
  });

  it("reports what the compiler refuses as an error with its number and line", async () => {
    const { reply, traceback } = await execute("const fine = 1;\nconst wrong: string = fine;");
    expect(reply).toMatchObject({ status: "error", ename: "TypeScriptError" });
    expect(reply.evalue).toBe("Type 'number' is not assignable to type 'string'. (TS2322), line 2");
    expect(traceback).toContain("> 2 | const wrong: string = fine;");
  });

  it("fails a cell that leaves a rejection floating", async () => {
    const { reply, traceback } = await execute('Promise.reject(new TypeError("nobody waits"));\n"fine"');
    expect(reply).toMatchObject({ status: "error", ename: "TypeError", evalue: "nobody waits" });
    expect(traceback).toContain("nothing awaited it");
  });

  it.each([
    [
      "thrown error whose message throws",
      "throw Object.create(Error.prototype, { message: { get() { throw 1; } } })",
    ],
    ["thrown error whose name is no text", 'throw Object.assign(new Error("m"), { name: Symbol("n") })'],
    [
      "thrown value that cannot be shown",
      'throw { [Symbol.for("nodejs.util.inspect.custom")]() { throw 1; } }',
    ],
    [
      "result that cannot be shown",
      '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("no"); } })',
    ],
  ])("fails a cell for a %s, and goes on", async (_, code) => {
    expect((await execute(code)).reply).toMatchObject({ status: "error", traceback: expect.any(Array) });
    expect((await execute("1 + 1")).reply.status).toBe("ok");
  });

  it("interrupts loops in every place, and keeps its state", async () => {
    await execute("let kept = 41");
    for (const code of [
      "await null; begun(); for (;;) {}",
      "begun(); for (;;) await null",
      "setTimeout(() => { begun(); for (;;) {} }, 1); await new Promise(() => {})",
      "await new Promise((r) => setImmediate(r)); begun(); for (;;) {}",
    ]) {
      const end = await kernel.execute(code, ({ header }) => {
        if (header.msg_type === "display_data") kernel.interrupt();
      });
      expect(end, code).toMatchObject({
        kind: "replied",
        content: { status: "error", ename: "Interrupted" },
      });
    }
    expect((await execute("++kept")).of("execute_result")[0]).toMatchObject({ data: { "text/plain": "42" } });
  });

  it("lives through interruptions of a loop of awaits, wherever in it they come", async () => {
    // One in 25 used to find a promise entered that nothing left, at which Node ends the process.
    for (let time = 0; time < 12; time++) {
      const end = await kernel.execute("begun(); for (;;) await null", ({ header }) => {
        if (header.msg_type === "display_data") kernel.interrupt();
      });
      expect(end).toMatchObject({ kind: "replied", content: { ename: "Interrupted" } });
    }
    expect((await execute("1 + 1")).reply.status).toBe("ok");
  });

  it("waits on for what never comes when memory is collected, and lives on after an interruption", async () => {
    await execute(
      'import v8 from "node:v8"; import vm from "node:vm"; v8.setFlagsFromString("--expose-gc"); const collect = vm.runInNewContext("gc")',
    );
    let text = "";
    const waiting =
      'setTimeout(() => { collect(); console.log("collected") }, 10); setTimeout(() => console.log("still there"), 60);\nawait new Promise(() => {})';
    const end = await kernel.execute(waiting, ({ header, content }) => {
      if (header.msg_type !== "stream") return;
      text += content.text;
      if (text.includes("still there")) kernel.interrupt();
    });
    expect(end).toMatchObject({ kind: "replied", content: { ename: "Interrupted" } });
    expect(text).toBe("collected\nstill there\n");
    const { reply } = await execute("collect(); await null; collect(); 1");
    expect(reply.status, String(reply.traceback)).toBe("ok");
  });

  it("ends a cell whose awaited work threw in a callback, instead of waiting for ever", async () => {
    const { reply } = await execute(
      'setTimeout(() => { throw new Error("in a timer"); }, 5);\nawait new Promise(() => {});',
    );
    expect(reply).toMatchObject({ status: "error", evalue: "in a timer" });
  });

  it("shows a rejection that comes after its cell as an error of that cell", async () => {
    late.length = 0;
    const { reply } = await execute('setTimeout(() => Promise.reject(new Error("too late")), 30); void 0;');
    expect(reply.status).toBe("ok");
    const error = () => late.find(({ header }) => header.msg_type === "error");
    await until(() => error() !== undefined, "the error is shown");
    expect(error()?.content).toMatchObject({ evalue: "too late" });
  });

  it("aborts what was sent before an error, and runs what is sent after it at once", async () => {
    const failing = kernel.execute(
      'await new Promise((r) => setTimeout(r, 50)); throw new Error("first")',
      () => {},
    );
    const queued = kernel.execute('console.log("must not run")', () => {});
    expect((await failing).kind === "replied" && (await failing)).toMatchObject({
      content: { status: "error" },
    });
    expect(await queued).toMatchObject({ content: { status: "aborted" } });
    expect((await execute('"right behind"')).of("execute_result")).toHaveLength(1);
  });

  it("answers 300 cells that were sent at once, all of them", async () => {
    const ends = await Promise.all(
      Array.from({ length: 300 }, (_, at) => {
        let text = "";
        const collect = ({ header, content }: Message) => {
          if (header.msg_type === "stream") text += content.text;
        };
        return kernel.execute(`console.log(${at})`, collect).then((end) => ({ end, text }));
      }),
    );
    expect(ends.map(({ text }) => text)).toEqual(ends.map((_, at) => `${at}\n`));
    expect(ends.every(({ end }) => end.kind === "replied" && end.content.status === "ok")).toBe(true);
  });

  it("finds a module that appears while it runs, and stands files that change around it", async () => {
    expect((await execute('import { later } from "./later";')).reply.evalue).toContain("Cannot find module");
    const write = [
      'import { mkdirSync, rmSync, writeFileSync } from "node:fs";',
      'writeFileSync("later.ts", "export const later = 42;");',
      "void 0;",
    ];
    expect((await execute(write.join("\n"))).reply.status).toBe("ok");
    expect((await execute('import { later } from "./later";\nlater')).of("execute_result")[0]).toMatchObject({
      data: { "text/plain": "42" },
    });
    // A file of the program changes, and then a place where a module was looked for in vain.
    const change = [
      'writeFileSync("later.ts", "export const later = 43;");',
      "await new Promise((resolve) => setTimeout(resolve, 700));",
      "for (let i = 0; i < 10; i++) {",
      '  mkdirSync("node_modules/@types/p" + i, { recursive: true });',
      '  writeFileSync("node_modules/@types/p" + i + "/index.d.ts", "export {};");',
      "  await new Promise((resolve) => setTimeout(resolve, 30));",
      '  rmSync("node_modules", { recursive: true });',
      "}",
      "await new Promise((resolve) => setTimeout(resolve, 300));",
    ];
    expect((await execute(change.join("\n"))).reply).toMatchObject({ status: "ok" });
    expect((await execute('import { later } from "./later";\nlater')).of("execute_result")[0]).toMatchObject({
      data: { "text/plain": "43" },
    });
  });

  it("interrupts a cell that blocks and a cell that waits, and goes on", async () => {
    for (const code of ["while (true) {}", "await new Promise((r) => setTimeout(r, 1e6))"]) {
      const end = await kernel.execute(`begun();\n${code}`, ({ header }) => {
        if (header.msg_type === "display_data") kernel.interrupt();
      });
      expect(end).toMatchObject({ kind: "replied", content: { status: "error", ename: "Interrupted" } });
    }
    expect((await execute("40 + 2")).of("execute_result")[0]).toMatchObject({ data: { "text/plain": "42" } });
  });
});

describe("the kernel for JavaScript", () => {
  it("keeps what was required, and does not want types", async () => {
    const { kernel, run } = await startSession(folder, "jslab");
    try {
      // The input jslab-require.ipynb of the trials.
      await run("const fs = require('fs');\nconst tslab = require('tslab')");
      const shown = await run("tslab.display.html('a')");
      expect(shown.messages.some(({ header }) => header.msg_type === "display_data")).toBe(true);
      expect((await run("tslab.display.html('b'); typeof fs")).value).toBe("object");
      expect((await run("const box = {}; box.n = 1; console.log(box)")).text).toBe("{ n: 1 }\n");
    } finally {
      await kernel.close();
    }
  });
});

describe("a kernel whose parent died while it started", () => {
  it("ends", async () => {
    const command = findKernel("sightline", true);
    // Nobody's child any more, as far as it can see: its parent is not the one that started it.
    const orphaned = { ...command, argv: [...command.argv, "--parent", "1"], ownKernel: false };
    const kernel = await startKernelProcess(orphaned, folder, {}, () => {});
    expect(await kernel.exited).toMatch(/signal SIGKILL|exit status 1/);
    kernel.kill();
  });
});

describe("the kernel's sockets", () => {
  it("survive what is no message, is signed with another key, or cannot be answered", async () => {
    const process = await startKernelProcess(findKernel("sightline", true), folder, {}, () => {});
    const { key } = process.connection;
    const { shell, close } = await connectClientSockets(process.connection, "session");
    const send = (type: string, content: object, key: string) => {
      const header = createHeader(type, "session");
      shell.send(
        encodeMessage({ identities: [], header, parent: {}, metadata: {}, content: { ...content } }, key),
      );
    };
    try {
      shell.send(["junk"]);
      send("kernel_info_request", {}, "another key");
      send("complete_request", {}, key);
      send("execute_request", {}, key);
      send("complete_request", { code: '"\u{1f600}"; parseFl', cursor_pos: 12 }, key);
      const replies: Message[] = [];
      for await (const frames of shell) {
        replies.push(decodeMessage(frames, key));
        if (replies.length === 3) break;
      }
      const types = replies.map(({ header }) => header.msg_type).sort();
      expect(types).toEqual(["complete_reply", "complete_reply", "execute_reply"]);
      // Code points, not UTF-16 units: the emoji counts once.
      const completed = { matches: ["parseFloat"], cursor_start: 5, cursor_end: 12 };
      expect(replies.map(({ content }) => content)).toContainEqual(expect.objectContaining(completed));
    } finally {
      close();
      process.kill();
    }
  });
});
