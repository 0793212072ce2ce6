import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { bodyChunks } from "./body-chunks.js";

const silent = () => new Error("nothing came");

async function readAll(body: Readable, eachMs = 0): Promise<string> {
  let text = "";
  for await (const chunk of bodyChunks(body, silent, 50)) {
    text += Buffer.from(chunk).toString();
    await sleep(eachMs);
  }
  return text;
}

test("a body that falls silent is broken off", async () => {
  const body = new Readable({ read: () => undefined });
  body.push("a");
  await expect(readAll(body)).rejects.toThrow("nothing came");
  expect(body.destroyed).toBe(true);
});

test("a slow reader is no silence, nor is a body that goes on", async () => {
  expect(await readAll(Readable.from([Buffer.from("a"), Buffer.from("b")]), 80)).toBe("ab");
  async function* slowly() {
    for (const part of ["c", "d", "e"]) {
      await sleep(30);
      yield Buffer.from(part);
    }
  }
  expect(await readAll(Readable.from(slowly()))).toBe("cde");
});
