import type TypeScript from "typescript";
import { cellComments, moduleFileName } from "./cell-comments.js";
import { type CellFile, cellFile } from "./cell-file.js";
import { CellHub } from "./cell-hub.js";
import { cellNames } from "./cell-names.js";
import { type CellLanguage, compilerOptions } from "./compiler-options.js";
import { type Diagnostic, readDiagnostics } from "./diagnostics.js";
import type { Reads } from "./kept-cells.js";
import { LanguageHost } from "./language-host.js";
import { liveScope } from "./live-scope.js";
import { type LocalModule, LocalModules, localFiles } from "./local-modules.js";
import { plainDocuments } from "./plain-documents.js";
import { Scope } from "./scope.js";
import type { Ts } from "./typescript.js";

/** What became of a cell. */
export type CompiledCell =
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "compiled";
      /** A script for V8's REPL mode. */
      readonly code: string;
      /** Source map of the script, JSON. */
      readonly map: string;
      /** Files beside the notebook that the cell imports and that are new or have changed. */
      readonly modules: readonly LocalModule[];
    };

const nothingToRun = { kind: "compiled", code: "", map: "", modules: [] } as const;

/** Checks cells one after another in one scope and compiles them. */
export class Compiler {
  readonly service: TypeScript.LanguageService;
  readonly #ts: Ts;
  readonly #language: CellLanguage;
  readonly #host: LanguageHost;
  readonly #options: TypeScript.CompilerOptions;
  readonly #hub: CellHub;
  readonly #scope = new Scope();
  readonly #modules: LocalModules;
  #local = false;

  constructor(ts: Ts, folder: string, language: CellLanguage) {
    this.#ts = ts;
    this.#language = language;
    this.#options = compilerOptions(ts, folder);
    this.#host = new LanguageHost(ts, folder, this.#options);
    this.#hub = new CellHub(this.#host, language === "javascript" ? ".js" : ".ts");
    this.#modules = new LocalModules(ts, folder);
    this.service = ts.createLanguageService(this.#host, plainDocuments(ts, folder));
  }

  /** Reads and checks what every cell needs, so that the first cell finds it done. */
  warmUp(): void {
    const source = "console.log(0)";
    this.#check(source, cellFile(this.#ts, source, this.#language, this.#scope));
  }

  /** Checks a cell and compiles it; what it declares is then the scope's, unless `keep` is false. */
  compile(source: string, keep = true): CompiledCell {
    const comments = cellComments(source);
    if (comments.module !== undefined)
      return this.#compileModule(moduleFileName(comments, this.#language), source);
    if (comments.browser) return nothingToRun;
    const file = cellFile(this.#ts, source, this.#language, this.#scope);
    if (file.errors.length > 0)
      return { kind: "refused", diagnostics: readDiagnostics(this.#ts, file.errors, source.length) };
    const { path, program, diagnostics } = this.#check(source, file);
    if (diagnostics.length > 0) return { kind: "refused", diagnostics };
    const modules = this.#modules.changed(localFiles(program), this.#options);
    const { code, map } = this.#emit(program, path, source.length);
    if (keep) this.#keep(file);
    return { kind: "compiled", code, map, modules };
  }

  #keep({ extension, text, names }: CellFile): void {
    if (names.length > 0) this.#scope.add(this.#hub.keep(extension, text), names);
  }

  /** Makes a cell's names known that was checked before; it is neither checked nor compiled. */
  take(source: string): void {
    if (cellComments(source).browser) return;
    this.#keep(cellFile(this.#ts, source, this.#language, this.#scope));
  }

  /** Whether the cells so far import files beside the notebook, or are such files. */
  get readsLocalFiles(): boolean {
    return this.#local || this.#host.missesLocalFile;
  }

  /** The files on the disk that were read so far, and the links that led to them. */
  reads(): Reads {
    return this.#host.reads();
  }

  /** Makes a text the current cell, with all names of the scope, to be asked about by the language service. */
  open(source: string): string {
    const { extension, text } = cellFile(this.#ts, source, this.#language, this.#scope, true);
    return this.#write(extension, text);
  }

  #write(extension: string, text: string): string {
    const path = this.#host.path(`__cell__${extension}`);
    this.#host.write(path, text);
    this.#host.setRoot(path);
    return path;
  }

  #check(source: string, { extension, text }: { readonly extension: string; readonly text: string }) {
    const path = this.#write(extension, text);
    const program = this.service.getProgram()!;
    const found = program.getSemanticDiagnostics(program.getSourceFile(path));
    const local = localFiles(program);
    this.#local ||= local.length > 0;
    const diagnostics = [
      ...readDiagnostics(this.#ts, found, source.length),
      ...this.#modules.diagnose(this.service, local),
    ];
    return { path, program, diagnostics };
  }

  #emit(program: TypeScript.Program, path: string, length: number) {
    let code = "";
    let map = "";
    program.emit(
      program.getSourceFile(path),
      (name, text) => {
        if (name.endsWith(".map")) map = text;
        else code = text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
      },
      undefined,
      false,
      { before: [cellNames(this.#ts, program.getTypeChecker(), length)], after: [liveScope(this.#ts)] },
    );
    return { code, map };
  }

  #compileModule(name: string, source: string): CompiledCell {
    this.#local = true;
    const path = this.#host.path(name);
    this.#host.write(path, `${source}\nexport {};`);
    this.#host.setRoot(path);
    const program = this.service.getProgram()!;
    const diagnostics = this.#modules.diagnose(this.service, localFiles(program));
    if (diagnostics.length > 0) return { kind: "refused", diagnostics };
    return { ...nothingToRun, modules: this.#modules.changed(localFiles(program), this.#options) };
  }
}
