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

test.each([
  ["/bin/bash", "chmod +x /opt/ml/a.sh && /opt/ml/a.sh", "chmod +x /root/a.sh && /root/a.sh"],
  ["sh", "cat '/opt/ml/b' /opt/mlx", "cat '/root/b' /opt/mlx"],
])("a text that %s is given has its paths made local: %j", (shell, text, local) => {
  expect(localCommand("/root", [shell, "-c", text])).toEqual([shell, "-c", local]);
});
