import { createRequire } from "node:module";
import type TypeScript from "typescript";
import { type CachedModule, loadCached } from "./code-cache.js";

/** TypeScript's module. */
export type Ts = typeof TypeScript;

let loaded: CachedModule | undefined;

/** TypeScript, loaded when first asked for: a notebook that only draws tables needs none. */
export function loadTypeScript(): Ts {
  loaded ??= loadCached(createRequire(import.meta.url).resolve("typescript"));
  return loaded.exports as Ts;
}

/** Keeps what V8 has compiled of TypeScript for the next start. */
export async function keepTypeScript(): Promise<void> {
  // Where nothing can be written, the next start takes a tenth of a second longer; nobody is to be told.
  await loaded?.keep().catch(() => {});
}

/** TypeScript's version, without loading it. */
export function compilerVersion(): string {
  return (createRequire(import.meta.url)("typescript/package.json") as { readonly version: string }).version;
}
