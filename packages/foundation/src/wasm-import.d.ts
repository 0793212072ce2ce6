// What `scripts/assembly-plugin.ts` makes of a kernel's source.
declare module "*?wasm" {
  const program: Uint8Array<ArrayBuffer>;
  export default program;
}
