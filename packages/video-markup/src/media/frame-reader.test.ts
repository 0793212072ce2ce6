import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { FrameReader } from "./frame-reader.js";

const byteLength = 1000;
const frames = 20;

it("leaves the frame that it handed out as it is, also when all were read ahead before the first was asked for", async () => {
  const writing = `for (let n = 0; n < ${frames}; n++) process.stdout.write(Buffer.alloc(${byteLength}, n))`;
  const child = spawn(process.execPath, ["-e", writing], { stdio: ["ignore", "pipe", "inherit"] });
  const reader = new FrameReader(child.stdout, byteLength, 2);
  await once(child, "exit");
  for (let n = 0; n < frames; n++) {
    // As long as a model takes: what is wrongly read ahead comes now.
    await delay(5);
    const frame = await reader.next();
    await delay(5);
    expect([...new Set(frame)]).toEqual([n]);
  }
  expect(await reader.next()).toBeUndefined();
});
