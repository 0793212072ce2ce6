import { describe, expect, it } from "vitest";
import { StreamTimes } from "./stream-times.js";

function times(streamSeconds: readonly (number | undefined)[]): number[] {
  const clock = new StreamTimes(10);
  return streamSeconds.map((time) => Number(clock.next(time).toFixed(6)));
}

describe("StreamTimes", () => {
  it.each([
    ["begin at zero and keep their distances", [7, 7.1, 7.5, 7.51], [0, 0.1, 0.5, 0.51]],
    [
      "follow at the frame rate where the stream tells none",
      [undefined, undefined, undefined],
      [0, 0.1, 0.2],
    ],
    ["go on after a clock that jumps back", [5, 5.1, 0, 0.2], [0, 0.1, 0.2, 0.4]],
    ["go on after a clock that jumps far ahead", [5, 5.1, 9000, 9000.5], [0, 0.1, 0.2, 0.7]],
    ["never stand still", [5, 5, 5.05], [0, 0.1, 0.15]],
    ["take up a clock that begins late", [undefined, undefined, 80, 80.3], [0, 0.1, 0.2, 0.5]],
  ])("%s", (_, stream, expected) => {
    expect(times(stream as (number | undefined)[])).toEqual(expected);
  });
});
