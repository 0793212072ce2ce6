import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal } from "./journal.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sightline-journal-"));
  file = path.join(folder, "j.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("Journal", () => {
  test("has after a restart what it had before, whatever was set and deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.option(fc.jsonValue()))), (steps) => {
        rmSync(file, { force: true });
        const journal = new Journal<unknown>(file);
        const expected = new Map<string, unknown>();
        for (const [key, value] of steps) {
          if (value === null) {
            journal.delete(key);
            expected.delete(key);
          } else {
            journal.set(key, value);
            expected.set(key, JSON.parse(JSON.stringify(value)));
          }
        }
        journal.close();
        const again = new Journal<unknown>(file);
        expect(new Map(again.values)).toEqual(expected);
        again.close();
      }),
    );
  });

  test("drops a last line that a killed server did not finish, and goes on", () => {
    const journal = new Journal<number>(file);
    journal.set("whole", 1);
    journal.close();
    appendFileSync(file, '{"k":"torn","v":');
    const again = new Journal<number>(file);
    expect([...again.values]).toEqual([["whole", 1]]);
    again.set("next", 2);
    again.close();
    const third = new Journal<number>(file);
    expect([...third.values]).toEqual([
      ["whole", 1],
      ["next", 2],
    ]);
    third.close();
  });

  test("names the line that it cannot read", () => {
    const journal = new Journal<number>(file);
    journal.set("whole", 1);
    journal.close();
    appendFileSync(file, "garbage{\n");
    expect(() => new Journal<number>(file)).toThrow(`Line 2 of ${file} is not JSON`);
  });

  test("is rewritten when most of its lines are out of date", () => {
    const journal = new Journal<number>(file);
    for (let index = 0; index < 25_000; index++) journal.set("same", index);
    journal.close();
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(15_000);
    const again = new Journal<number>(file);
    expect(again.values.get("same")).toBe(24_999);
    again.close();
  });
});
