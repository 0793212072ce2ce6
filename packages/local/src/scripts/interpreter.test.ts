import { describe, expect, it } from "vitest";
import { interpreterOf } from "./interpreter.js";

describe("interpreterOf", () => {
  it.each([
    ["train.py", "python"],
    ["src/train.mjs", "node"],
    ["train.js", "node"],
    ["run.sh", "shell"],
  ])("takes %s for %s", (script, language) => {
    expect(interpreterOf(script).language).toBe(language);
  });

  it("refuses what nothing runs, and says what is run", () => {
    for (const script of ["train", "train.rb", "train.constructor"]) {
      expect(() => interpreterOf(script)).toThrow(/must end in py, js, cjs, mjs, ts, mts, sh/);
    }
  });

  it("runs TypeScript where Node.js does, and says what is needed where it does not", () => {
    const { features } = process as typeof process & { features: { typescript?: unknown } };
    if (features.typescript) expect(interpreterOf("train.ts").language).toBe("node");
    else expect(() => interpreterOf("train.ts")).toThrow(/needs Node.js 22.18 or later/);
  });
});
