import { expect, it } from "vitest";
import { seededRandom } from "../random.js";
import { planLevels } from "./levels.js";
import { whitenMaps } from "./whiten-maps.js";

const levels = planLevels([{ channels: 3, height: 4, width: 4 }]);

it("pauses at every cell and channel, and ends where a pause does", async () => {
  const random = seededRandom(1);
  const row = Float32Array.from({ length: 48 }, () => random());
  let pauses = 0;
  await whitenMaps([row], levels, async () => {
    pauses += 1;
  });
  expect(pauses).toBe(16 + 3 + 3);
  const stopped = new Error("stopped");
  await expect(whitenMaps([row], levels, () => Promise.reject(stopped))).rejects.toBe(stopped);
});
