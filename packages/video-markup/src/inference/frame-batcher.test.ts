import { describe, expect, it } from "vitest";
import type { DetectorTensors } from "../detectors/detector.js";
import { createFrameBatcher, type RunModel } from "./frame-batcher.js";

/** Adds one to every element; tells how many frames each run had, and which outputs were given back. */
function plusOne() {
  const runs: number[] = [];
  let disposed = 0;
  const runModel: RunModel = async (feeds) => {
    const { dims, data } = feeds.x!;
    runs.push(dims[0]!);
    const output = {
      type: "float32",
      dims,
      data: Float32Array.from(data as Float32Array, (value) => value + 1),
      dispose: () => disposed++,
    };
    return { y: output };
  };
  return { runs, runModel, disposed: () => disposed };
}

function feeds(value: number, side = 2): DetectorTensors {
  return { x: { type: "float32", dims: [1, side], data: new Float32Array(side).fill(value) } };
}

/** What a frame's own part of the outputs holds. */
async function answer(model: ReturnType<ReturnType<typeof createFrameBatcher>>, side = 2): Promise<number[]> {
  const { outputs, batchIndex, release } = await model.run();
  const own = [...(outputs.y!.data as Float32Array).subarray(batchIndex * side, (batchIndex + 1) * side)];
  release();
  return own;
}

describe("createFrameBatcher", () => {
  it("runs frames of all tasks together, and tells each where its own answer is", async () => {
    const { runs, runModel, disposed } = plusOne();
    const bind = createFrameBatcher(runModel, 4);
    const models = [10, 20, 30].map((value) => bind(feeds(value), ["y"]));
    for (let round = 1; round <= 2; round++) {
      const answers = await Promise.all(models.map((model) => answer(model)));
      expect(answers).toEqual([
        [11, 11],
        [21, 21],
        [31, 31],
      ]);
      expect(runs).toEqual(Array.from({ length: round }, () => 3));
      expect(disposed()).toBe(round);
    }
  });

  it("takes no more than it is allowed, and none of another shape", async () => {
    const { runs, runModel } = plusOne();
    const bind = createFrameBatcher(runModel, 2);
    const small = [1, 2, 3].map((value) => bind(feeds(value), ["y"]));
    const large = bind(feeds(7, 5), ["y"]);
    const answers = await Promise.all([...small.map((model) => answer(model)), answer(large, 5)]);
    expect(answers).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
      [8, 8, 8, 8, 8],
    ]);
    expect(runs.toSorted()).toEqual([1, 1, 2]);
  });

  it("does not wait for a task that has left, nor for ever for one that is slow", async () => {
    const { runs, runModel } = plusOne();
    const bind = createFrameBatcher(runModel, 4);
    const [quick, slow] = [bind(feeds(1), ["y"]), bind(feeds(2), ["y"])];
    expect(await answer(quick)).toEqual([2, 2]);
    slow.leave();
    expect(await answer(quick)).toEqual([2, 2]);
    expect(runs).toEqual([1, 1]);
  });

  it("goes on one by one where the batch axis is free by name only", async () => {
    const { runs, runModel } = plusOne();
    const fixed: RunModel = (given, names) => {
      if (given.x!.dims[0] !== 1) throw new Error("Got: 2 Expected: 1");
      return runModel(given, names);
    };
    const bind = createFrameBatcher(fixed, 4);
    const models = [bind(feeds(1), ["y"]), bind(feeds(2), ["y"])];
    for (let round = 0; round < 2; round++) {
      expect(await Promise.all(models.map((model) => answer(model)))).toEqual([
        [2, 2],
        [3, 3],
      ]);
    }
    expect(runs).toEqual([1, 1, 1, 1]);
  });

  it("hands on why a run has failed, to the frame that it was for", async () => {
    const bind = createFrameBatcher(async () => {
      throw new Error("out of memory");
    }, 1);
    await expect(bind(feeds(1), ["y"]).run()).rejects.toThrow("out of memory");
  });
});
