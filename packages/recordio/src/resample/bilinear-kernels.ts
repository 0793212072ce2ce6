import { op, type WasmFunction } from "./wasm-module.js";

// cv2.resize's two passes for four bytes a pixel; see opencv-bilinear.ts for the arithmetic.

const ZERO = op.vectorConstant16([0, 0, 0, 0, 0, 0, 0, 0]);
/** Two neighbouring pixels ABCD EFGH become the pairs A0E0 B0F0 C0G0 D0H0. */
const PAIRS = op.shuffle([0, 16, 4, 16, 1, 16, 5, 16, 2, 16, 6, 16, 3, 16, 7, 16]);

/**
 * `stretch(row, offsets, weights, out, count)`: one row through the horizontal pass: `count` pixels of four i32.
 * `offsets` holds the byte offset of each left neighbour, `weights` its two i16 weights in one word.
 */
export function stretchKernel(): WasmFunction {
  const [row, offsets, weights, out, count] = [0, 1, 2, 3, 4] as const;
  const x = 5;
  const pixel = [
    ...op.get(out),
    ...op.get(row),
    ...op.get(offsets),
    ...op.load32(),
    ...op.add,
    ...op.load64Zero(),
    ...ZERO,
    ...PAIRS,
    ...op.get(weights),
    ...op.loadSplat32,
    ...op.dot16,
    ...op.vectorStore(),
    ...advance(out, 16),
    ...advance(offsets, 4),
    ...advance(weights, 4),
    ...advance(x, 1),
    ...op.get(x),
    ...op.get(count),
    ...op.lessUnsigned,
  ];
  return { name: "stretch", parameters: 5, integers: 1, vectors: 1, body: op.loop(pixel) };
}

/**
 * `blend(upper, lower, out, weight0, weight1, count)`: two stretched rows into one row of bytes, four pixels a
 * step; `count` pixels, rounded up to four.
 */
export function blendKernel(): WasmFunction {
  const [upper, lower, out, weight0, weight1, count] = [0, 1, 2, 3, 4, 5] as const;
  const x = 6;
  const [w0, w1] = [7, 8] as const;
  const part = (row: number, weight: number, offset: number): number[] => [
    ...op.get(row),
    ...op.vectorLoad(offset),
    ...op.constant(4),
    ...op.shiftRight32,
    ...op.get(weight),
    ...op.multiply32,
    ...op.constant(16),
    ...op.shiftRight32,
  ];
  const sum = (offset: number): number[] => [
    ...part(upper, w0, offset),
    ...part(lower, w1, offset),
    ...op.add32,
    ...op.constant(2),
    ...op.splat32,
    ...op.add32,
    ...op.constant(2),
    ...op.shiftRight32,
  ];
  const step = [
    ...op.get(out),
    ...sum(0),
    ...sum(16),
    ...op.narrow32,
    ...sum(32),
    ...sum(48),
    ...op.narrow32,
    ...op.narrow16,
    ...op.vectorStore(),
    ...advance(upper, 64),
    ...advance(lower, 64),
    ...advance(out, 16),
    ...advance(x, 4),
    ...op.get(x),
    ...op.get(count),
    ...op.lessUnsigned,
  ];
  const body = [
    ...op.get(weight0),
    ...op.splat32,
    ...op.set(w0),
    ...op.get(weight1),
    ...op.splat32,
    ...op.set(w1),
    ...op.loop(step),
  ];
  return { name: "blend", parameters: 6, integers: 1, vectors: 2, body };
}

function advance(local: number, by: number): number[] {
  return [...op.get(local), ...op.constant(by), ...op.add, ...op.set(local)];
}
