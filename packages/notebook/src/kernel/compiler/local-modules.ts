import { parse, relative } from "node:path";
import type TypeScript from "typescript";
import { isCellName } from "./cell-hub.js";
import { type Diagnostic, readDiagnostics } from "./diagnostics.js";
import type { Ts } from "./typescript.js";

/** A file beside the notebook, compiled to CommonJS. */
export interface LocalModule {
  readonly path: string;
  readonly code: string;
  /** Source map, JSON. */
  readonly map: string;
}

/** Compiles the files beside a notebook that its cells import, each once for each of its states. */
export class LocalModules {
  readonly #ts: Ts;
  readonly #folder: string;
  readonly #compiled = new Map<string, TypeScript.SourceFile>();
  #checked: { readonly key: string; readonly diagnostics: readonly Diagnostic[] } | undefined;

  constructor(ts: Ts, folder: string) {
    this.#ts = ts;
    this.#folder = folder;
  }

  /** Errors in the local files of a program. */
  diagnose(
    service: TypeScript.LanguageService,
    files: readonly TypeScript.SourceFile[],
  ): readonly Diagnostic[] {
    const key = files.map((file) => `${file.fileName} ${versionOf(file)}`).join("\n");
    if (this.#checked?.key === key) return this.#checked.diagnostics;
    const diagnostics = files.flatMap((file) => {
      const found = [
        ...service.getSyntacticDiagnostics(file.fileName),
        ...service.getSemanticDiagnostics(file.fileName),
      ];
      return readDiagnostics(this.#ts, found, file.text.length, relative(this.#folder, file.fileName));
    });
    this.#checked = { key, diagnostics };
    return diagnostics;
  }

  /** The files of a program that have changed since they were asked for last, compiled. */
  changed(files: readonly TypeScript.SourceFile[], options: TypeScript.CompilerOptions): LocalModule[] {
    const changed = files.filter(
      (file) => needsCompiling(this.#ts, file) && this.#compiled.get(file.fileName) !== file,
    );
    return changed.map((file) => {
      this.#compiled.set(file.fileName, file);
      const { outputText, sourceMapText = "" } = this.#ts.transpileModule(file.text, {
        fileName: file.fileName,
        compilerOptions: {
          ...options,
          module: this.#ts.ModuleKind.CommonJS,
          moduleResolution: this.#ts.ModuleResolutionKind.Node10,
          types: [],
        },
      });
      const code = outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
      return { path: file.fileName, code, map: sourceMapText };
    });
  }
}

/** A program's source files that lie on the disk outside of packages, or are a notebook's own module cells. */
export function localFiles(program: TypeScript.Program): TypeScript.SourceFile[] {
  return program
    .getSourceFiles()
    .filter(
      ({ fileName, isDeclarationFile }) =>
        !isDeclarationFile && !fileName.includes("/node_modules/") && !isCellName(parse(fileName).name),
    );
}

/** JSON, and scripts and CommonJS as they are, load without help. */
function needsCompiling(ts: Ts, file: TypeScript.SourceFile): boolean {
  if (/\.(mjs|cjs|json)$/.test(file.fileName)) return false;
  return !file.fileName.endsWith(".js") || ts.isExternalModule(file);
}

const versionOf = (file: TypeScript.SourceFile) => (file as { version?: string }).version ?? "";
