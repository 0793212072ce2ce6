import { isBuiltin } from "node:module";
import { extname, join } from "node:path";
import type TypeScript from "typescript";
import { cellGlobals, tslabTypes } from "./ambient.js";
import { fileVersion } from "./file-version.js";
import type { Reads } from "./kept-cells.js";
import { resolveModule } from "./module-resolution.js";
import { isFixed } from "./plain-documents.js";
import type { Ts } from "./typescript.js";

/** A file that exists only for the compiler. */
interface VirtualFile {
  readonly snapshot: TypeScript.IScriptSnapshot;
  readonly version: string;
}

/** The files that TypeScript's language service sees: cells in memory, and what lies on the disk. */
export class LanguageHost implements TypeScript.LanguageServiceHost {
  readonly #ts: Ts;
  readonly #options: TypeScript.CompilerOptions;
  readonly #folder: string;
  readonly #virtual = new Map<string, VirtualFile>();
  readonly #read = new Map<string, VirtualFile>();
  /** States of the package.json files that decided where modules lie. */
  readonly #manifests = new Map<string, string>();
  readonly #resolved = new Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>();
  readonly #directives = new Map<
    string,
    TypeScript.ResolvedTypeReferenceDirectiveWithFailedLookupLocations
  >();
  readonly #cells = new Map<string, string>();
  readonly #packages: TypeScript.ModuleResolutionCache;
  readonly #globals: string;
  readonly #tslab: string;
  #root: string;
  #missesLocal = false;
  #version = 0;

  /** @param folder the notebook's folder, from which modules resolve. */
  constructor(ts: Ts, folder: string, options: TypeScript.CompilerOptions) {
    this.#ts = ts;
    this.#folder = folder;
    this.#options = options;
    this.#packages = ts.createModuleResolutionCache(folder, (name) => name, options);
    this.#globals = this.path("__globals__.d.ts");
    this.#tslab = this.path("__tslab__.d.ts");
    this.#root = this.#globals;
    this.write(this.#globals, cellGlobals);
    this.write(this.#tslab, tslabTypes);
  }

  /** Absolute path of a file in the notebook's folder, with the slashes that TypeScript uses. */
  path(name: string): string {
    return join(this.#folder, name).replaceAll("\\", "/");
  }

  /** Sets the text of a file in memory. */
  write(path: string, text: string): void {
    const snapshot = this.#ts.ScriptSnapshot.fromString(text);
    this.#virtual.set(path, { snapshot, version: String(++this.#version) });
  }

  /** Sets the text of a file that cells import as `./NAME`. */
  writeCell(name: string, extension: string, text: string): void {
    const path = this.path(`${name}${extension}`);
    this.write(path, text);
    this.#cells.set(`./${name}`, path);
  }

  /** Makes a file in memory the one that is checked. */
  setRoot(path: string): void {
    this.#root = path;
  }

  /** The files on the disk that were read so far with what decided where they lie, and the links that led to them. */
  reads(): Reads {
    const files = new Map<string, string>();
    const links = new Map<string, string>();
    for (const [path, { version }] of this.#read) files.set(path, version);
    const found = [
      ...[...this.#resolved.values()].map((each) => ({ at: each.resolvedModule, each })),
      ...[...this.#directives.values()].map((each) => ({ at: each.resolvedTypeReferenceDirective, each })),
    ];
    for (const { at, each } of found) {
      const { originalPath } = (at ?? {}) as { readonly originalPath?: string };
      if (originalPath !== undefined) links.set(originalPath, at!.resolvedFileName!);
      // Mostly each package's package.json.
      const { affectingLocations = [] } = each as { readonly affectingLocations?: readonly string[] };
      for (const path of affectingLocations) if (!files.has(path)) files.set(path, this.#versionOf(path));
    }
    return { files, links };
  }

  #versionOf(path: string): string {
    const version = this.#manifests.get(path) ?? fileVersion(path);
    this.#manifests.set(path, version);
    return version;
  }

  getScriptFileNames = (): string[] => [this.#globals, this.#root];

  getScriptVersion = (path: string): string => this.#file(path)?.version ?? "";

  getScriptSnapshot = (path: string): TypeScript.IScriptSnapshot | undefined => this.#file(path)?.snapshot;

  getCompilationSettings = (): TypeScript.CompilerOptions => this.#options;
  getCurrentDirectory = (): string => this.#folder;
  getDefaultLibFileName = (options: TypeScript.CompilerOptions): string =>
    this.#ts.getDefaultLibFilePath(options);
  useCaseSensitiveFileNames = (): boolean => this.#ts.sys.useCaseSensitiveFileNames;
  fileExists = (path: string): boolean => this.#virtual.has(path) || this.#ts.sys.fileExists(path);
  readFile = (path: string): string | undefined => {
    const file = this.#virtual.get(path);
    return file === undefined
      ? this.#ts.sys.readFile(path)
      : file.snapshot.getText(0, file.snapshot.getLength());
  };
  directoryExists = (path: string): boolean => this.#ts.sys.directoryExists(path);
  getDirectories = (path: string): string[] => this.#ts.sys.getDirectories(path);
  realpath = (path: string): string =>
    this.#virtual.has(path) ? path : (this.#ts.sys.realpath?.(path) ?? path);
  /** Remembers each `package.json` for TypeScript's own questions; modules are found by `#resolve`. */
  getModuleResolutionCache = (): TypeScript.ModuleResolutionCache => this.#packages;
  /** What a file on the disk imports may be elsewhere now; a program is built anew for it, which costs as much as its check. */
  hasInvalidatedResolutions = (path: string): boolean => !isFixed(path) && !this.#virtual.has(path);

  resolveModuleNameLiterals = (
    literals: readonly TypeScript.StringLiteralLike[],
    containing: string,
  ): readonly TypeScript.ResolvedModuleWithFailedLookupLocations[] =>
    literals.map(({ text }) => this.#resolve(text, containing));

  resolveTypeReferenceDirectiveReferences = <T extends TypeScript.FileReference | string>(
    references: readonly T[],
    containing: string,
  ): readonly TypeScript.ResolvedTypeReferenceDirectiveWithFailedLookupLocations[] =>
    references.map((reference) => {
      const name = typeof reference === "string" ? reference : reference.fileName;
      const key = `${containing.slice(0, containing.lastIndexOf("/"))}\0${name}`;
      const found =
        this.#directives.get(key) ??
        this.#ts.resolveTypeReferenceDirective(name, containing, this.#options, this);
      this.#directives.set(key, found);
      return found;
    });

  #resolve(name: string, containing: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
    if (name === "tslab" && !isFixed(containing)) {
      return { resolvedModule: { resolvedFileName: this.#tslab, extension: ".d.ts" } } as never;
    }
    if (isNodes(name, containing)) return { resolvedModule: undefined } as never;
    const cell = this.#cells.get(name);
    if (cell !== undefined)
      return { resolvedModule: { resolvedFileName: cell, extension: extname(cell) } } as never;
    const key = `${containing.slice(0, containing.lastIndexOf("/"))}\0${name}`;
    const known = this.#resolved.get(key);
    if (known !== undefined && (isFixed(containing) || this.#isThere(known))) return known;
    const found = resolveModule(this.#ts, name, containing, this.#options, this);
    this.#resolved.set(key, found);
    if (found.resolvedModule === undefined && isLocalName(name) && !isFixed(containing))
      this.#missesLocal = true;
    return found;
  }

  /** Whether a cell, or a file beside the notebook, imports such a file that is not there. JavaScript may. */
  get missesLocalFile(): boolean {
    return this.#missesLocal;
  }

  /** What was looked for in vain may be there now: a cell installs a package, or writes a file. */
  #isThere({ resolvedModule }: TypeScript.ResolvedModuleWithFailedLookupLocations): boolean {
    return (
      resolvedModule !== undefined &&
      (isFixed(resolvedModule.resolvedFileName) || this.fileExists(resolvedModule.resolvedFileName))
    );
  }

  #file(path: string): VirtualFile | undefined {
    const virtual = this.#virtual.get(path);
    if (virtual !== undefined) return virtual;
    const known = this.#read.get(path);
    // Packages and TypeScript's libraries stay as they are while a kernel lives; the notebook's own files change.
    if (known !== undefined && isFixed(path)) return known;
    const version = fileVersion(path);
    if (known !== undefined && known.version === version) return known;
    const text = this.#ts.sys.readFile(path);
    if (text === undefined) return undefined;
    const file = { snapshot: this.#ts.ScriptSnapshot.fromString(text), version };
    this.#read.set(path, file);
    return file;
  }
}

const isLocalName = (name: string) => /^(\.{0,2}\/|\.{1,2}$)/.test(name);

/** Node's own modules are declared by name, and are looked for on no disk: the start of a kernel asks for hundreds of them. */
const isNodes = (name: string, containing: string) =>
  name.startsWith("node:") || (containing.includes("/node_modules/@types/node/") && isBuiltin(name));
