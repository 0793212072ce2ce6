import { pathToFileURL } from "node:url";
import { handleName } from "../compiler/cell-handle.js";
import { executions } from "./execution.js";
import type { ModuleLoader } from "./module-loader.js";

/** Puts the object into the global scope through which compiled cells reach their kernel. */
export function defineCellHandle(loader: ModuleLoader, folder: string): void {
  let waits: readonly Promise<void>[] = [];
  const module = { exports: {} };
  const handle = {
    /** Takes the value of a cell's last expression. */
    result: (value: unknown) => {
      const execution = executions.getStore();
      if (execution !== undefined) execution.value = value;
    },
    /** Loads the modules of a cell's imports; true when `loading` must be awaited. */
    load: (specifiers: readonly string[]) => {
      waits = loader.load(specifiers);
      return waits.length > 0;
    },
    loading: () => Promise.all(waits),
    imported: (specifier: string, name: string) => loader.imported(specifier, name),
    import: (specifier: unknown) => loader.import(String(specifier)),
    require: loader.require,
    module,
    exports: module.exports,
    meta: {
      url: pathToFileURL(loader.filename).href,
      dirname: folder,
      filename: loader.filename,
      resolve: (specifier: string) => pathToFileURL(loader.require.resolve(specifier)).href,
    },
    __dirname: folder,
    __filename: loader.filename,
  };
  Object.defineProperty(globalThis, handleName, { value: handle });
}
