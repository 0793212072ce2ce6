import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCached } from "./code-cache.js";

describe("a module with compiled code beside it", () => {
  let folder: string;
  let file: string;
  let cache: string;
  const kept = () => readdirSync(cache).map((name) => join(cache, name));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
    file = join(folder, "module.cjs");
    cache = join(folder, "cache");
    writeFileSync(
      file,
      "const { sep } = require('node:path'); exports.sep = sep; exports.double = (n) => n * 2; exports.at = __dirname;",
    );
    utimesSync(file, 1, 1);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the same module with the code as without", async () => {
    const first = loadCached(file, cache);
    await first.keep();
    expect(kept()).toHaveLength(1);
    for (const { exports } of [first, loadCached(file, cache)]) {
      const { sep, double, at } = exports as { sep: string; double(n: number): number; at: string };
      expect([sep, double(21), at]).toEqual([join("a", "b")[1], 42, folder]);
    }
  });

  it("keeps the code once, and not again where it was there", async () => {
    const first = loadCached(file, cache);
    await first.keep();
    const [path] = kept();
    rmSync(path!);
    await first.keep();
    expect(kept()).toEqual([]);
    await loadCached(file, cache).keep();
    const { ino } = statSync(path!);
    await loadCached(file, cache).keep();
    expect(statSync(path!).ino).toBe(ino);
  });

  it("loads without code that is damaged, and keeps it anew", async () => {
    await loadCached(file, cache).keep();
    const [path] = kept();
    const whole = readFileSync(path!);
    writeFileSync(path!, whole.subarray(0, 40));
    // In one process V8 remembers what it has compiled: another text of the same length and time.
    writeFileSync(file, readFileSync(file, "utf8").replace("n * 2", "n * 3"));
    utimesSync(file, 1, 1);
    const again = loadCached(file, cache);
    expect((again.exports as { double(n: number): number }).double(4)).toBe(12);
    await again.keep();
    expect(statSync(path!).size).toBeGreaterThan(40);
  });

  it("takes no code of another state of the file", async () => {
    await loadCached(file, cache).keep();
    writeFileSync(file, `${readFileSync(file, "utf8")} exports.more = 1;`);
    expect(loadCached(file, cache).exports).toMatchObject({ more: 1 });
  });

  it("leaves the code of one state for each version of Node", async () => {
    await loadCached(file, cache).keep();
    const [path] = kept();
    const ofOther = join(cache, "v18.0.0-x64-1-1.v8-code");
    writeFileSync(ofOther, "");
    utimesSync(file, 2, 2);
    await loadCached(file, cache).keep();
    expect(kept()).toHaveLength(2);
    expect(kept()).toContain(ofOther);
    expect(kept()).not.toContain(path);
  });

  it("rejects where nothing can be written", async () => {
    writeFileSync(cache, "a file, not a folder");
    await expect(loadCached(file, cache).keep()).rejects.toThrow();
  });
});
