import { createRequire } from "node:module";
import type TypeScript from "typescript";

/** TypeScript's module. */
export type Ts = typeof TypeScript;

let loaded: Ts | undefined;

/** TypeScript, loaded when first asked for: a notebook that only draws tables needs none. */
export function loadTypeScript(): Ts {
  loaded ??= createRequire(import.meta.url)("typescript") as Ts;
  return loaded;
}

/** TypeScript's version, without loading it. */
export function compilerVersion(): string {
  return (createRequire(import.meta.url)("typescript/package.json") as { readonly version: string }).version;
}
