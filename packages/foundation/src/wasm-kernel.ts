/** A kernel: numbers in, memory changed, a number out where it has something to say. */
export type Kernel = (...values: number[]) => number;

/** WebAssembly memory, as far as it is used here. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

// Node's types leave WebAssembly to the DOM library, which these packages do without.
const runtime = (
  globalThis as unknown as {
    WebAssembly: {
      Memory: new (limits: { initial: number }) => WasmMemory;
      Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      Instance: new (module: object, imports: object) => { exports: Record<string, Kernel> };
    };
  }
).WebAssembly;

const PAGE_BYTES = 65536;

/** Memory of one page. */
export function createMemory(): WasmMemory {
  return new runtime.Memory({ initial: 1 });
}

/** Grows memory to at least so many bytes; earlier views of it are void then. */
export function reserve(memory: WasmMemory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

/** Compiled programs: what V8 has optimised of one is not lost between two instances. */
const modules = new WeakMap<Uint8Array, object>();

/** The functions of a module that imports `memory`. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WasmMemory): Record<string, Kernel> {
  const module = modules.get(bytes) ?? new runtime.Module(bytes);
  modules.set(bytes, module);
  return new runtime.Instance(module, { env: { memory } }).exports;
}

/** The next multiple of 16 bytes, which is how wide a vector is. */
export function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
