/**
 * A tiny assembler for WebAssembly: enough to write the resampling loops in this source tree, without a
 * compiler in the build or a binary in the repository (WebAssembly core specification 2.0, chapter 5).
 */

/** One function of a module. */
export interface WasmFunction {
  readonly name: string;
  /** Number of i32 parameters; nothing is returned. */
  readonly parameters: number;
  /** Number of i32 variables after the parameters. */
  readonly integers: number;
  /** Number of v128 variables after those. */
  readonly vectors: number;
  readonly body: readonly number[];
}

/** The bytes of a module that imports its memory as `env.memory` and exports the functions. */
export function assembleModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((f) => [0x60, ...vector(Array(f.parameters).fill(I32)), 0x00]);
  const imports = [[...name("env"), ...name("memory"), 0x02, 0x00, ...unsigned(1)]];
  const exports = functions.map((f, at) => [...name(f.name), 0x00, ...unsigned(at)]);
  const code = functions.map((f) => {
    const locals = [
      [...unsigned(f.integers), I32],
      [...unsigned(f.vectors), V128],
    ];
    const body = [...many(locals), ...f.body, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, many(types)),
    ...section(2, many(imports)),
    ...section(3, vector(functions.flatMap((_, at) => unsigned(at)))),
    ...section(7, many(exports)),
    ...section(10, many(code)),
  ]);
}

const I32 = 0x7f;
const V128 = 0x7b;

/** Instructions by their names in the text format. */
export const op = {
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  constant: (value: number) => [0x41, ...signed(value)],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  lessUnsigned: [0x49],
  load32: (offset = 0) => [0x28, 0x02, ...unsigned(offset)],
  /** Runs the body, then again while it leaves a number that is not 0. */
  loop: (body: readonly number[]) => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b],
  vectorLoad: (offset = 0) => simd(0x00, 0x00, ...unsigned(offset)),
  vectorStore: (offset = 0) => simd(0x0b, 0x00, ...unsigned(offset)),
  loadSplat16: simd(0x08, 0x01, 0x00),
  vectorConstant16: (lanes: readonly number[]) =>
    simd(0x0c, ...lanes.flatMap((lane) => [lane & 255, lane >> 8])),
  vectorConstant8: (lanes: readonly number[]) => simd(0x0c, ...lanes),
  shuffle: (lanes: readonly number[]) => simd(0x0d, ...lanes),
  swizzle: simd(0x0e),
  add16: simd(0x8e),
  shiftRight16: simd(0x8d),
  narrow16: simd(0x66),
  extendLow: simd(0x89),
  extendHigh: simd(0x8a),
  multiply16: simd(0x95),
  load64Zero: (offset = 0) => simd(0x5d, 0x00, ...unsigned(offset)),
  loadSplat32: simd(0x09, 0x02, 0x00),
  splat32: simd(0x11),
  dot16: simd(0xba),
  add32: simd(0xae),
  multiply32: simd(0xb5),
  shiftRight32: simd(0xac),
  narrow32: simd(0x86),
  equal32: simd(0x37),
  or: simd(0x50),
} as const;

function simd(code: number, ...rest: number[]): number[] {
  return [0xfd, ...unsigned(code), ...rest];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly number[]): number[] {
  return [...unsigned(items.length), ...items];
}

function many(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return vector([...Buffer.from(text)]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (true) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
