import { expect, test } from "vitest";
import { localCommand } from "./container-path.js";

test.each([
  ["/opt/ml", "/root"],
  ["/opt/ml/processing/a b", "/root/processing/a b"],
  ["--input=/opt/ml/processing/in", "--input=/root/processing/in"],
  ["-o=/opt/ml/out", "-o=/root/out"],
  ["/opt/mlx", "/opt/mlx"],
  ["--input=/opt/mlx", "--input=/opt/mlx"],
  ["a=/opt/ml/x", "a=/opt/ml/x"],
  ["--text=see /opt/ml/x", "--text=see /opt/ml/x"],
])("%j of a command line becomes %j", (part, local) => {
  expect(localCommand("/root", ["program", part])).toEqual(["program", local]);
});
