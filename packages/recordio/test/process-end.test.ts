import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-end-"));
});
afterEach(() => rm(folder, { recursive: true }));

const library = new URL("../dist/index.js", import.meta.url).href;

it.each([
  ["by process.exit", "process.exit(3);", 3],
  ["by an error that nobody caught", 'setTimeout(() => { throw new Error("on purpose"); });', 1],
])("leaves nothing unfinished when its process ends %s", async (_, end, status) => {
  // More than a hundred finished ones before it: what is kept of them goes meanwhile.
  const program = `
    import { RecordWriter } from ${JSON.stringify(library)};
    const writers = [];
    for (let file = 0; file < 250; file++) {
      const writer = await RecordWriter.create(\`\${file}.rec\`);
      await writer.writePayload(Buffer.alloc(100), 1);
      if (file % 10 === 0) writers.push(writer);
      else await writer.close();
    }
    ${end}
    await new Promise(() => {});`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder });
  expect([ended.status, ended.signal], String(ended.stderr)).toEqual([status, null]);
  const names = await readdir(folder);
  expect(names.filter((name) => !/^\d+\.(rec|idx)$/.test(name))).toEqual([]);
  expect(names.filter((name) => name.endsWith(".rec"))).toHaveLength(225);
});
