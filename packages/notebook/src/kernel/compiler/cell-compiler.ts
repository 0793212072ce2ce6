import { createRequire } from "node:module";
import { type CompiledCell, Compiler } from "./compiler.js";
import type { CellLanguage } from "./compiler-options.js";
import { KeptCells } from "./kept-cells.js";
import { loadTypeScript } from "./typescript.js";

/**
 * Compiles a notebook's cells one after another. Those that an earlier kernel has checked are taken as they are;
 * TypeScript is loaded when one is new, or somebody asks for it.
 */
export class CellCompiler {
  readonly #folder: string;
  readonly #language: CellLanguage;
  readonly #kept: KeptCells;
  /** Cells that were taken as they are, for a compiler to come. */
  readonly #taken: string[] = [];
  #compiler: Compiler | undefined;

  /**
   * @param folder the notebook's
   * @param cache where checked cells lie. Default: the user's folder for caches
   */
  constructor(folder: string, language: CellLanguage, cache?: string) {
    this.#folder = folder;
    this.#language = language;
    const parts = [__filename, createRequire(import.meta.url).resolve("typescript")];
    this.#kept = new KeptCells(folder, language, parts, cache);
    if (!this.#kept.any) this.warmUp();
  }

  /** The compiler, which knows of all cells so far. */
  get compiler(): Compiler {
    this.#compiler ??= new Compiler(loadTypeScript(), this.#folder, this.#language);
    for (const source of this.#taken.splice(0)) this.#compiler.take(source);
    return this.#compiler;
  }

  /** Whether there is a compiler by now. */
  get isLoaded(): boolean {
    return this.#compiler !== undefined;
  }

  /** Reads and checks what every cell needs, so that a new one finds it done. */
  warmUp(): void {
    if (!this.isLoaded) this.compiler.warmUp();
  }

  /** Checks a cell and compiles it; what it declares is then the scope's, unless `keep` is false. */
  compile(source: string, keep: boolean): CompiledCell {
    const known = keep ? this.#kept.find(source) : undefined;
    if (known !== undefined) {
      this.#taken.push(source);
      return { kind: "compiled", ...known, modules: [] };
    }
    const { compiler } = this;
    const compiled = compiler.compile(source, keep);
    if (compiled.kind === "refused" || !keep) return compiled;
    // The notebook's own files are compiled by whoever imports them first, and may change at any time.
    if (compiler.readsLocalFiles) this.#kept.end();
    else this.#kept.add(source, compiled, compiler.reads());
    return compiled;
  }
}
