import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { importedMember } from "./module-interop.js";

/** What `require` says of a module that only `import` can load. */
const importOnly = new Set(["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE", "ERR_PACKAGE_PATH_NOT_EXPORTED"]);

/** Loads modules as seen from the notebook's folder. */
export class ModuleLoader {
  /** `require` of a file in the notebook's folder. */
  readonly require: NodeJS.Require;
  /** Path that stands for the notebook, in its folder. */
  readonly filename: string;
  readonly #import: (specifier: string) => Promise<unknown>;
  readonly #loaded = new Map<string, unknown>();

  constructor(folder: string) {
    this.filename = join(folder, "notebook.js");
    this.require = createRequire(this.filename);
    this.#import = vm.runInThisContext("(specifier) => import(specifier)", {
      filename: pathToFileURL(this.filename).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  }

  /** Loads modules for a cell's imports; what needs to be waited for is a promise in the result. */
  load(specifiers: readonly string[]): readonly Promise<void>[] {
    const waits: Promise<void>[] = [];
    for (const specifier of specifiers) {
      const module = this.#get(specifier);
      if (module instanceof Waiting)
        waits.push(module.promise.then((loaded) => void this.#loaded.set(specifier, loaded)));
      else this.#loaded.set(specifier, module);
    }
    return waits;
  }

  /** A member of a module that was loaded: a name, `default`, or `*`. */
  imported(specifier: string, name: string): unknown {
    return importedMember(this.#loaded.get(specifier), name);
  }

  /** What `import()` answers. */
  async import(specifier: string): Promise<unknown> {
    const module = this.#get(specifier);
    return importedMember(module instanceof Waiting ? await module.promise : module, "*");
  }

  /** By `require`, so that a cell and the packages that it loads have the same copy; by `import` what knows no other way. */
  #get(specifier: string): unknown {
    if (/^(data|file|https?):/.test(specifier)) return new Waiting(this.#import(specifier));
    try {
      return withoutRequireWarning(() => this.require(specifier));
    } catch (error) {
      if (!importOnly.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      return new Waiting(this.#import(specifier));
    }
  }
}

class Waiting {
  constructor(readonly promise: Promise<unknown>) {}
}

/** That `require` loads ES modules is the kernel's affair, not its user's: Node's warning of it is left out. */
function withoutRequireWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (/ES Module .* using require\(\)|loading ES Module/.test(String(warning))) return;
    emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
