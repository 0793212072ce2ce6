import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ModelManifest } from "@sightline/contract/manifest";
import fc from "fast-check";
import { Header } from "tar";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ArchiveError, InvalidInputError } from "../errors.js";
import { extractArchive } from "./extract-archive.js";
import { packModel } from "./pack-model.js";
import { readTar, writeTar } from "./tar.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-tar-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifest: ModelManifest = { schemaVersion: 1, task: "video-markup", model: "model.onnx" };

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function entriesOf(tar: Uint8Array, step: number): Promise<[string, string][]> {
  async function* pieces() {
    for (let at = 0; at < tar.length; at += step) yield tar.subarray(at, at + step);
  }
  const entries: [string, string][] = [];
  await readTar(pieces(), async (entry) => {
    entries.push([entry.path, (await collect(entry)).toString("hex")]);
  });
  return entries;
}

const segment = fc
  .string({ minLength: 1, maxLength: 120 })
  .filter((text) => !/[/\\\0]/.test(text) && !/^\.+$/.test(text));

test("whatever is written is read again, whole names and bytes, in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
        { minLength: 1, maxLength: 5 },
      ),
      fc.uint8Array({ maxLength: 1500 }),
      fc.integer({ min: 1, max: 2000 }),
      async (names, content, step) => {
        const tar = await collect(writeTar(names.map((name) => ({ name, content }))));
        expect(tar.length % 512).toBe(0);
        const hex = Buffer.from(content).toString("hex");
        expect(await entriesOf(tar, step)).toEqual(names.map((name) => [name, hex]));
      },
    ),
    { numRuns: 60 },
  );
});

test("GNU tar reads what is packed", async () => {
  const long = `deep/${"folder/".repeat(30)}weights ä.bin`;
  const { path } = await packModel({
    output: join(folder, "model.tar.gz"),
    manifest,
    files: { "model.onnx": Buffer.from("onnx"), [long]: Buffer.alloc(1000, 7) },
  });
  await mkdir(join(folder, "out"));
  execFileSync("tar", ["-xzf", path, "-C", join(folder, "out")]);
  expect(await readFile(join(folder, "out/model.onnx"), "utf8")).toBe("onnx");
  expect((await readFile(join(folder, "out", long))).length).toBe(1000);
  expect(JSON.parse(await readFile(join(folder, "out/manifest.json"), "utf8"))).toEqual(manifest);
});

test.each(["gnu", "pax", "ustar", "v7"])("reads what GNU tar writes as %s", async (format) => {
  const name = format === "gnu" || format === "pax" ? `${"folder/".repeat(30)}w.bin` : "folder/w.bin";
  await mkdir(join(folder, "in", name, ".."), { recursive: true });
  await writeFile(join(folder, "in", name), Buffer.alloc(70_000, 3));
  await writeFile(join(folder, "in/empty"), "");
  execFileSync("tar", [
    `--format=${format}`,
    "-czf",
    join(folder, "a.tar.gz"),
    "-C",
    join(folder, "in"),
    ".",
  ]);
  const files = await extractArchive(join(folder, "a.tar.gz"), join(folder, "out"));
  expect(files.map((file) => file.name).sort()).toEqual(["empty", name].sort());
  expect((await readFile(join(folder, "out", name))).equals(Buffer.alloc(70_000, 3))).toBe(true);
});

test("the same files give the same bytes, whatever their dates and the order they are named in", async () => {
  await writeFile(join(folder, "w"), "weights");
  const one = await packModel({
    output: join(folder, "1.tar.gz"),
    manifest,
    files: { "model.onnx": join(folder, "w"), "a.json": Buffer.from("{}") },
  });
  await rm(join(folder, "w"));
  await writeFile(join(folder, "w"), "weights");
  const two = await packModel({
    output: join(folder, "2.tar.gz"),
    manifest,
    files: { "a.json": Buffer.from("{}"), "model.onnx": join(folder, "w") },
  });
  expect(two.sha256).toBe(one.sha256);
  const bytes = await readFile(one.path);
  expect(bytes.length).toBe(one.bytes);
  expect(bytes.subarray(4, 8).every((byte) => byte === 0)).toBe(true);
  expect(bytes[9]).toBe(255);
  expect(gunzipSync(bytes).length % 512).toBe(0);
});

test("a manifest that names no file of the archive is refused, and nothing is written", async () => {
  const packing = packModel({
    output: join(folder, "m.tar.gz"),
    manifest,
    files: { "other.onnx": Buffer.from("x") },
  });
  await expect(packing).rejects.toThrow(InvalidInputError);
  await expect(
    packModel({ output: join(folder, "m.tar.gz"), manifest, files: join(folder, "none.onnx") }),
  ).rejects.toThrow(/ENOENT/);
  await expect(
    packModel({
      output: join(folder, "m.tar.gz"),
      manifest,
      files: { "model.onnx": Buffer.from("x"), "../x": Buffer.from("") },
    }),
  ).rejects.toThrow(/within the archive/);
  expect(await readdir(folder)).toEqual([]);
});

/** An archive with one entry that GNU tar would not write. */
function hostile(path: string, type: string): Buffer {
  const header = Buffer.alloc(512);
  new Header({
    path,
    size: 0,
    mode: 0o644,
    type: type as "File",
    linkpath: /Link/.test(type) ? "x" : "",
  }).encode(header);
  return gzipSync(Buffer.concat([header, Buffer.alloc(1024)]));
}

test.each([
  ["../evil", "File", "leads out of the folder"],
  ["a/../../evil", "File", "leads out of the folder by a detour"],
  ["/etc/evil", "File", "an absolute path"],
  ["C:\\evil", "File", "an absolute path on Windows"],
  ["..\\evil", "File", "leads out of the folder on Windows"],
  ["link", "SymbolicLink", "a symbolic link"],
  ["hard", "Link", "a hard link"],
  ["device", "CharacterDevice", "a device"],
  ["pipe", "FIFO", "a FIFO"],
  [".", "File", "a file without a name"],
])("refuses %j of type %s (%s) and leaves nothing behind", async (name, type) => {
  await writeFile(join(folder, "a.tar.gz"), hostile(name, type));
  await expect(extractArchive(join(folder, "a.tar.gz"), join(folder, "out"))).rejects.toThrow(ArchiveError);
  expect(await readdir(folder)).toEqual(["a.tar.gz"]);
});

test("refuses a real link that GNU tar packs", async () => {
  await mkdir(join(folder, "in"));
  await symlink("/etc/passwd", join(folder, "in/passwd"));
  execFileSync("tar", ["-czf", join(folder, "a.tar.gz"), "-C", join(folder, "in"), "passwd"]);
  await expect(extractArchive(join(folder, "a.tar.gz"), join(folder, "out"))).rejects.toThrow(
    /a link \(passwd\)/,
  );
});

test("keeps the limits on bytes and entries before it writes", async () => {
  const files = { "model.onnx": Buffer.alloc(100_000), b: Buffer.from("b") };
  const { path } = await packModel({ output: join(folder, "m.tar.gz"), manifest, files });
  await expect(extractArchive(path, join(folder, "out"), { maxBytes: 99_999 })).rejects.toThrow(
    /maxBytes \(99999\)/,
  );
  await expect(extractArchive(path, join(folder, "out"), { maxEntries: 2 })).rejects.toThrow(
    /maxEntries \(2\)/,
  );
  expect(await readdir(folder)).toEqual(["m.tar.gz"]);
});

test.each([
  ["cut short", (archive: Buffer) => archive.subarray(0, archive.length / 2)],
  ["text", () => Buffer.from("hello")],
  ["gzip of text", () => gzipSync(Buffer.from("hello ".repeat(200)))],
  ["a cut tar", (archive: Buffer) => gzipSync(gunzipSync(archive).subarray(0, 700))],
])("an archive that is %s is an ArchiveError", async (_what, spoil) => {
  const { path } = await packModel({
    output: join(folder, "m.tar.gz"),
    manifest,
    files: { "model.onnx": Buffer.alloc(5000, 1) },
  });
  await writeFile(path, spoil(await readFile(path)));
  await expect(extractArchive(path, join(folder, "out"))).rejects.toThrow(ArchiveError);
  expect(await readdir(folder)).toEqual(["m.tar.gz"]);
});

test("hostile bytes never do worse than an ArchiveError", async () => {
  const tar = await collect(writeTar([{ name: `${"n".repeat(200)}ä`, content: Buffer.alloc(600) }]));
  await fc.assert(
    fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), fc.nat(tar.length), async (at, value, length) => {
      const broken = Buffer.from(tar.subarray(0, length));
      if (at < broken.length) broken[at] = value;
      try {
        await entriesOf(broken, 512);
      } catch (error) {
        expect(error).toBeInstanceOf(ArchiveError);
      }
    }),
    { numRuns: 200 },
  );
});

test("a folder that exists already is not touched", async () => {
  await mkdir(join(folder, "out"));
  await writeFile(join(folder, "out/mine"), "mine");
  const { path } = await packModel({
    output: join(folder, "m.tar.gz"),
    manifest,
    files: { "model.onnx": Buffer.from("x") },
  });
  await expect(extractArchive(path, join(folder, "out"))).rejects.toThrow(/exists already/);
  expect(await readdir(join(folder, "out"))).toEqual(["mine"]);
});
