import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/**
 * Finds a module's types as Node finds its code, by `exports`, and else as tslab did, by top-level `types`: packages
 * whose `exports` forget their types are many.
 */
export function resolveModule(
  ts: Ts,
  name: string,
  containing: string,
  options: TypeScript.CompilerOptions,
  host: TypeScript.ModuleResolutionHost,
): TypeScript.ResolvedModuleWithFailedLookupLocations {
  const found = ts.resolveModuleName(name, containing, options, host);
  if (isTyped(found)) return found;
  const older = {
    ...options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
  };
  const second = ts.resolveModuleName(name, containing, older, host);
  return isTyped(second) ? second : found.resolvedModule === undefined ? second : found;
}

const isTyped = ({ resolvedModule }: TypeScript.ResolvedModuleWithFailedLookupLocations) =>
  resolvedModule !== undefined && !/^\.[cm]?jsx?$/.test(resolvedModule.extension);
