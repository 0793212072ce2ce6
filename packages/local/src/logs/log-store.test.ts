import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogStore } from "./log-store.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sightline-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const messages = (store: LogStore, stream: string) =>
  store.events("/g", stream)?.map(({ message }) => message);

describe("LogStore", () => {
  test("gives back lines as they were written, also those written after a first look", () => {
    const store = new LogStore(folder);
    const writer = store.open("/g", "job/algo-1");
    writer.write("one");
    writer.write('zwei ü\t"x"');
    expect(messages(store, "job/algo-1")).toEqual(["one", 'zwei ü\t"x"']);
    writer.write("three");
    expect(messages(store, "job/algo-1")).toEqual(["one", 'zwei ü\t"x"', "three"]);
    writer.close();
    expect(new LogStore(folder).groups()).toEqual(["/g"]);
    expect(messages(new LogStore(folder), "job/algo-1")).toHaveLength(3);
  });

  test("waits for the rest of a line that is not finished", () => {
    const store = new LogStore(folder);
    store.open("/g", "s").close();
    const file = path.join(folder, "%2Fg", "s.jsonl");
    appendFileSync(file, '[1,"first"]\n[2,"sec');
    expect(messages(store, "s")).toEqual(["first"]);
    appendFileSync(file, 'ond"]\n');
    expect(messages(store, "s")).toEqual(["first", "second"]);
  });

  test("starts anew with a group that was deleted", () => {
    const store = new LogStore(folder);
    const first = store.open("/g", "s");
    for (let line = 0; line < 5; line++) first.write(`old ${line}`);
    expect(messages(store, "s")).toHaveLength(5);
    store.deleteGroup("/g");
    expect(store.streams("/g")).toBeUndefined();
    expect(messages(store, "s")).toBeUndefined();
    store.open("/g", "s").write("new");
    expect(messages(store, "s")).toEqual(["new"]);
  });

  test("keeps following many streams at once", () => {
    const store = new LogStore(folder);
    for (let round = 1; round <= 2; round++) {
      for (let index = 0; index < 30; index++) {
        const writer = store.open("/g", `s${index}`);
        writer.write(`round ${round}`);
        writer.close();
        expect(messages(store, `s${index}`)).toHaveLength(round);
      }
    }
  });
});
