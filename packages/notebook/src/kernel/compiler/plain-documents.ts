import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/** Whether a file stays as it is while a kernel lives: TypeScript's own libraries, and packages. */
export const isFixed = (path: string): boolean => path.includes("/node_modules/");

/**
 * Parses files of packages without their documentation, which is most of them and a third of a kernel's start; what is
 * asked about is read again, see library-docs.ts.
 */
export function plainDocuments(ts: Ts, folder: string): TypeScript.DocumentRegistry {
  const mode = ts.JSDocParsingMode.ParseNone;
  const create = ts.createDocumentRegistry as (
    useCaseSensitiveFileNames: boolean,
    folder: string,
    jsDocParsingMode?: TypeScript.JSDocParsingMode,
  ) => TypeScript.DocumentRegistry;
  const full = create(ts.sys.useCaseSensitiveFileNames, folder);
  const plain = create(ts.sys.useCaseSensitiveFileNames, folder, mode);
  const of = (path: string) => (isFixed(path) ? plain : full);
  const options = <Options>(path: string, given: Options): Options =>
    isFixed(path) && typeof given === "object" ? { ...given, jsDocParsingMode: mode } : given;
  return {
    ...full,
    acquireDocumentWithKey: (name, path, host, key, snapshot, version, kind, given) =>
      of(name).acquireDocumentWithKey(name, path, host, key, snapshot, version, kind, options(name, given)),
    updateDocumentWithKey: (name, path, host, key, snapshot, version, kind, given) =>
      of(name).updateDocumentWithKey(name, path, host, key, snapshot, version, kind, options(name, given)),
    releaseDocumentWithKey: (path: string, key: never, kind: never, format?: never) =>
      of(path).releaseDocumentWithKey(path as never, key, kind, format as never),
  };
}
