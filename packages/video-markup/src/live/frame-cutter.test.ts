import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { FrameCutter } from "./frame-cutter.js";

it("loses nothing of a stream that has ended before the frames' size is known", async () => {
  const stream = new PassThrough();
  const cutter = new FrameCutter(stream);
  for (let n = 0; n < 5; n++) stream.write(Uint8Array.of(n, n, n));
  stream.end();
  await new Promise(setImmediate);
  // As Node does with the pipes of a process that exits.
  stream.resume();
  await new Promise(setImmediate);
  cutter.start(2, 1);
  const frames: number[][] = [];
  for (let frame = await cutter.next(); frame; frame = await cutter.next()) frames.push([...frame]);
  expect(frames).toEqual([
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 2],
    [2, 3],
    [3, 3],
    [4, 4],
  ]);
});

it("ends for a reader that waits when it is closed in the middle", async () => {
  const stream = new PassThrough();
  const cutter = new FrameCutter(stream);
  cutter.start(4, 1);
  const next = cutter.next();
  stream.write(Uint8Array.of(1, 2));
  cutter.close();
  expect(await next).toBeUndefined();
});
