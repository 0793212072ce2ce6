/**
 * Names that programs look for to learn where they run. A cell that declares one must not make them believe that
 * this is a browser, or another runtime.
 */
const environmentNames = [
  "window",
  "self",
  "document",
  "location",
  "Deno",
  "Bun",
  "define",
  "importScripts",
  "prompt",
];

const nodeNames = new Set([...Object.getOwnPropertyNames(globalThis), ...environmentNames]);

/**
 * The name under which a cell's declaration runs. Top-level names of V8's REPL mode are seen by every script and module
 * of the process: `const URL = ...` would take `URL` from `fetch`, and from all packages. Such names get a suffix.
 */
export const runtimeName = (name: string): string => (nodeNames.has(name) ? `${name}__cell` : name);
