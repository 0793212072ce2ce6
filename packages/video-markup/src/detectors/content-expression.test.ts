import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentExpressions } from "./content-expression.js";
import { frameGeometry } from "./geometry.js";

/** Evaluates the few functions of ffmpeg's expressions that are used; `if(` alone is no JavaScript. */
function evaluate(expression: string, iw: number, ih: number): number {
  const code = expression.replaceAll("if(", "pick(");
  const away = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
  const names = ["iw", "ih", "min", "max", "round", "trunc", "mod", "eq", "pick"];
  return new Function(...names, `return ${code}`)(
    ...[iw, ih, Math.min, Math.max, away, Math.trunc],
    (a: number, b: number) => a % b,
    (a: number, b: number) => a === b,
    (test: boolean, yes: number, no: number) => (test ? yes : no),
  );
}

describe("contentExpressions", () => {
  it.each(["letterbox-center", "letterbox-top-left", "stretch"] as const)(
    "gives the size that frameGeometry gives (%s)",
    (fit) => {
      const side = fc.integer({ min: 1, max: 8000 });
      const inputSide = fc.constantFrom(64, 320, 352, 416, 640, 1333);
      fc.assert(
        fc.property(side, side, inputSide, inputSide, (width, height, inputWidth, inputHeight) => {
          const spec = { width: inputWidth, height: inputHeight, fit };
          const expressions = contentExpressions(spec);
          expect({
            width: evaluate(expressions.width, width, height),
            height: evaluate(expressions.height, width, height),
          }).toEqual(frameGeometry({ width, height }, spec).content);
        }),
        { numRuns: 2000 },
      );
    },
  );
});
