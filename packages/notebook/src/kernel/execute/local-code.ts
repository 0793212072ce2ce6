import Module from "node:module";
import { dirname, resolve } from "node:path";
import type { LocalModule } from "../compiler/local-modules.js";

/** Node's loader of CommonJS, whose hooks have no types. */
interface Loader {
  _resolveFilename(request: string, parent: NodeJS.Module | undefined, ...rest: unknown[]): string;
  _load(request: string, ...rest: unknown[]): unknown;
  _extensions: Record<string, (module: NodeJS.Module, filename: string) => void>;
}

const loader = Module as unknown as Loader;
const endings = ["", ".ts", ".tsx", ".js", ".jsx", "/index.ts", "/index.tsx", "/index.js"];

/** Makes `require` find the compiled files beside a notebook, and the kernel's own `tslab`. */
export class LocalCode {
  readonly #modules = new Map<string, LocalModule>();

  /** @param tslab what `require("tslab")` answers, wherever it is called. */
  constructor(tslab: unknown) {
    const { _resolveFilename, _load } = loader;
    loader._resolveFilename = (request, parent, ...rest) =>
      this.#find(request, parent) ?? _resolveFilename.call(Module, request, parent, ...rest);
    loader._load = (request, ...rest) => (request === "tslab" ? tslab : _load.call(Module, request, ...rest));
    for (const extension of [".ts", ".tsx", ".jsx", ".mts", ".cts", ".js"]) {
      const before = loader._extensions[extension] ?? loader._extensions[".js"]!;
      loader._extensions[extension] = (module, filename) => {
        const local = this.#modules.get(filename);
        if (local === undefined) before(module, filename);
        else
          (module as NodeJS.Module & { _compile(code: string, filename: string): void })._compile(
            local.code,
            filename,
          );
      };
    }
  }

  /** Takes files that are new or have changed; they and what has imported them load anew. */
  update(modules: readonly LocalModule[]): void {
    const stale = new Set<string>();
    for (const module of modules) {
      this.#modules.set(module.path, module);
      stale.add(module.path);
    }
    for (let size = -1; size !== stale.size; ) {
      size = stale.size;
      for (const path of this.#modules.keys()) {
        if (require.cache[path]?.children.some(({ filename }) => stale.has(filename))) stale.add(path);
      }
    }
    for (const path of stale) delete require.cache[path];
  }

  #find(request: string, parent: NodeJS.Module | undefined): string | undefined {
    if (this.#modules.size === 0 || !/^\.{0,2}\//.test(request) || !parent?.filename) return undefined;
    const path = resolve(dirname(parent.filename), request);
    // TypeScript lets `./x.js` stand for `./x.ts`.
    const candidates = [...endings.map((ending) => path + ending), path.replace(/\.js$/, ".ts")];
    return candidates.find((candidate) => this.#modules.has(candidate));
  }
}
