import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KernelSession, startSession } from "./kernel-session.js";

const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
let session: KernelSession;

beforeAll(async () => {
  session = await startSession(folder);
});
afterAll(async () => {
  await session.kernel.close();
  rmSync(folder, { recursive: true, force: true });
});

async function execute(code: string) {
  const { messages, text, status, error } = await session.run(code);
  const of = (type: string) =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  return { of, text, reply: { status, evalue: error } };
}

describe("what a cell puts out", () => {
  it("decodes bytes that are written as base64, and keeps the streams' bytes apart", async () => {
    const { text } = await execute(
      'process.stdout.write("aGk=", "base64"); process.stdout.write(Buffer.from([0xc3]));' +
        'process.stderr.write(Buffer.from("!")); process.stdout.write(Buffer.from([0xa4])); void 0;',
    );
    expect(text).toBe("hi!\u00e4");
  });

  it("shows promises and timers without the kernel's own marks on them", async () => {
    const { of, text } = await execute("console.log({ p: Promise.resolve(1) }); new Promise(() => {})");
    expect(text).toBe("{ p: Promise { 1 } }\n");
    expect(of("execute_result")[0]).toMatchObject({ data: { "text/plain": "Promise { <pending> }" } });
    expect((await execute("const t = setTimeout(() => {}, 1); console.log(t)")).text).not.toContain("source");
  });

  it("shows what children write to an inherited stdout and stderr, and no input headlessly", async () => {
    // The input inherit-and-stdin.ipynb of the trials.
    await execute("import { execSync, spawn, spawnSync } from 'node:child_process'");
    const { of, text } = await execute(
      "execSync('echo from-child; echo err-child >&2', { stdio: 'inherit' }); 1",
    );
    expect(text).toBe("from-child\nerr-child\n");
    expect(of("execute_result")).toHaveLength(1);
    const spawned = await execute(
      "await new Promise((done) => spawn('echo', ['later'], { stdio: 'inherit' }).on('close', done)); spawnSync('echo', ['sync'], { stdio: ['ignore', 'inherit', 'pipe'] }).status",
    );
    expect(spawned.text).toBe("later\nsync\n");
    expect(spawned.of("execute_result")[0]).toMatchObject({ data: { "text/plain": "0" } });
    const asked = await execute(
      "import * as rl from 'node:readline/promises';\nconst r0 = rl.createInterface({ input: process.stdin, output: process.stdout });\nconst a0 = await r0.question('name? '); a0",
    );
    expect(asked.reply).toMatchObject({ status: "error", evalue: expect.stringContaining("-p name=value") });
    expect((await execute("prompt('who?')")).reply.evalue).toContain("nobody to give it");
  });

  it("shows values in their own forms, beside their text", async () => {
    const own = await execute("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })");
    expect(own.of("execute_result")[0]?.data).toMatchObject({
      "text/html": "<b>x</b>",
      "text/plain": expect.any(String),
    });
    const png = await execute("({ toPng: async () => new Uint8Array([1, 2, 3]) })");
    expect(png.of("execute_result")[0]?.data).toMatchObject({ "image/png": "AQID" });
    const error = await execute("new RangeError('a value')");
    const data = error.of("execute_result")[0]?.data as Record<string, string>;
    expect(data["text/plain"]).toMatch(/^RangeError: a value\n {4}at cell \[\d+\], line 1, column 1$/);
  });

  it("loses none of 20,000 lines and joins them into few messages", async () => {
    const { text, of } = await execute('for (let i = 0; i < 20_000; i++) console.log("line", i);');
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(20_000);
    expect(lines.every((line, at) => line === `line ${at}`)).toBe(true);
    expect(of("stream").length).toBeLessThan(200);
  });

  it("keeps stdout, stderr and displays in the order in which the cell made them", async () => {
    const { of: _of, ...rest } = await execute("void 0");
    expect(rest.reply.status).toBe("ok");
    const messages: string[] = [];
    await session.kernel.execute(
      'import { display } from "tslab";\nconsole.log("1"); console.error("2"); display.html("<b>3</b>"); console.log("4");',
      ({ header, content }) => {
        if (header.msg_type === "stream") messages.push(`${content.name} ${String(content.text).trim()}`);
        if (header.msg_type === "display_data") messages.push("display");
      },
    );
    expect(messages).toEqual(["stdout 1", "stderr 2", "display", "stdout 4"]);
  });

  it("sends scripts under the type that browsers run", async () => {
    const { of } = await execute('import { display as shown } from "tslab";\nshown.javascript("1 + 1");');
    expect(of("display_data")[0]).toMatchObject({ data: { "application/javascript": "1 + 1" } });
  });
});
