import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { FrameReader } from "./frame-reader.js";

/** Turns of the event loop, each of which reads what has come through the pipe. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
}

const byteLength = 1000;
const frames = 20;

it("leaves the frame that it handed out as it is, also when all were read ahead before the first was asked for", async () => {
  const writing = `for (let n = 0; n < ${frames}; n++) process.stdout.write(Buffer.alloc(${byteLength}, n))`;
  const child = spawn(process.execPath, ["-e", writing], { stdio: ["ignore", "pipe", "inherit"] });
  const reader = new FrameReader(child.stdout, byteLength, 2);
  await once(child, "exit");
  await turns();
  for (let n = 0; n < frames; n++) {
    const frame = await reader.next();
    // While a model is at work: what is wrongly read ahead comes now.
    await turns();
    expect([...new Set(frame)]).toEqual([n]);
  }
  expect(await reader.next()).toBeUndefined();
});
