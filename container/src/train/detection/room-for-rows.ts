import type { MemoryBudget } from "../../inference/memory-budget.js";
import { JobInputError } from "../../shared/errors.js";

/**
 * Counts the feature rows that are kept for all epochs.
 *
 * @returns takes a row; throws JobInputError where the container's memory does not hold it too
 */
export function roomForRows(memory: MemoryBudget): (row: Float32Array) => void {
  const room = memory.lease();
  let rows = 0;
  return ({ byteLength }) => {
    if (!room.grow(byteLength)) {
      throw new JobInputError(
        `The feature maps of a picture take ${Math.ceil(byteLength / 1024)} KiB, and the container's memory holds those of ${rows} pictures and copies. Train on fewer pictures, with a smaller image_shape, or on an instance with more memory.`,
      );
    }
    rows += 1;
  };
}
