import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameRing } from "./frame-ring.js";

const byteLength = 3;

it("hands out every frame in order, and fills none that the reader holds, however both sides take turns", async () => {
  const turns = fc.array(fc.oneof(fc.constant("take" as const), fc.integer({ min: 1, max: byteLength })));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), turns, async (ahead, steps) => {
      const ring = new FrameRing(byteLength, ahead);
      let written = 0;
      const fill = (most: number) => {
        if (ring.isFull) return;
        const part = ring.space.subarray(0, most);
        for (const n of part.keys()) part[n] = Math.floor((written + n) / byteLength) % 256;
        written += part.length;
        ring.advance(part.length);
      };
      let held: Uint8Array | undefined;
      let taken = 0;
      const isWhole = () => !held || held.every((byte) => byte === (taken - 1) % 256);
      for (const step of steps) {
        if (step !== "take") fill(step);
        else {
          const next = ring.next();
          for (let n = 0; n < byteLength; n++) fill(1);
          held = await next;
          taken++;
        }
        expect(isWhole()).toBe(true);
      }
    }),
  );
});

it("keeps the first frame as it is when all frames were filled before anybody took one", async () => {
  const ring = new FrameRing(1, 2);
  for (let n = 1; !ring.isFull; n++) {
    ring.space[0] = n;
    ring.advance(1);
  }
  const first = await ring.next();
  expect(ring.isFull).toBe(true);
  expect(first).toEqual(Uint8Array.of(1));
});

it("lets a frame be filled while the reader uses the one that it had waited for", async () => {
  const ring = new FrameRing(1, 1);
  ring.space[0] = 1;
  ring.advance(1);
  await ring.next();
  const second = ring.next();
  ring.space[0] = 2;
  ring.advance(1);
  expect(ring.isFull).toBe(false);
  expect(await second).toEqual(Uint8Array.of(2));
});

it("gives what was filled before it tells of the end or its error", async () => {
  const ring = new FrameRing(1, 1);
  ring.advance(1);
  ring.end(new Error("broken pipe"));
  expect(await ring.next()).toBeDefined();
  await expect(ring.next()).rejects.toThrow("broken pipe");
});
