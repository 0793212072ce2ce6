import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { removeTree } from "./remove-tree.js";

const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const folder = mkdtempSync(path.join(os.tmpdir(), "sightline-tree-"));

// The superuser may remove read-only folders anyway.
test("removes what a program made read-only", async () => {
  const inner = path.join(folder, "a", "b");
  mkdirSync(inner, { recursive: true });
  writeFileSync(path.join(inner, "file"), "x");
  chmodSync(inner, 0o555);
  chmodSync(path.dirname(inner), 0o500);
  await removeTree(folder, logger);
  expect(existsSync(folder)).toBe(false);
});

test("a folder that is not there is removed already", async () => {
  await removeTree(path.join(folder, "none"), logger);
  expect(logger.warn).not.toHaveBeenCalled();
});

test("what cannot be removed is told, and nothing is thrown", async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "sightline-tree-")), "file");
  writeFileSync(file, "x");
  await removeTree(path.join(file, "inner"), logger);
  expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining(file));
  await removeTree(path.dirname(file), logger);
});
