import { createRequire } from "node:module";

/**
 * What this package uses of tslab's insides, version 1.0.22 (pinned): `dist/main.js` starts a kernel out of
 * `executor.createExecutor` and `jupyter.ZmqServer`, looked up on their modules' exports at the call. Only
 * those exports are replaced, in memory; no file of tslab is changed.
 */
export interface Diagnostic {
  /** Zero-based. */
  readonly start: { readonly line: number; readonly character: number };
  readonly messageText: string;
  /** TypeScript's number; 1000 to 1999 are syntax errors. */
  readonly code: number;
  readonly fileName?: string;
}

export interface ConvertResult {
  readonly output?: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Converter {
  convert(previousDeclarations: string, source: string): ConvertResult;
  addModule(name: string, content: string, meta?: unknown): Diagnostic[];
}

export interface ConverterSet {
  readonly node: Converter;
  readonly browser: Converter;
  close(): void;
}

export interface Executor {
  execute(source: string): Promise<boolean>;
  interrupt(): void;
}

/** Where tslab's executor reports: `error` gets a thrown value or a formatted diagnostic, `log` the last expression. */
export interface ExecutorConsole {
  log(value: unknown): void;
  error(...values: unknown[]): void;
}

/** tslab's `JupyterHandlerImpl`: answers for the compiler's part of the protocol. */
export interface Handler {
  readonly executor: Executor;
  handleKernel(): Record<string, unknown>;
  handleIsComplete(content: unknown): Record<string, unknown>;
  handleInspect(content: unknown): Record<string, unknown>;
  handleComplete(content: unknown): Record<string, unknown>;
  close(): void;
}

export interface DisplayMessage {
  readonly data: Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
  readonly transient?: { readonly display_id?: string };
}

interface JupyterModule {
  ZmqServer: new (handler: Handler, configPath: string) => { init(): Promise<void> };
  lastWriteDisplayData: ((message: DisplayMessage, update?: boolean) => void) | null;
}

interface ExecutorModule {
  createExecutor(rootDir: string, converters: ConverterSet, console: ExecutorConsole): Executor;
}

interface MainModule {
  startKernel(options: { configPath: string; enableFindLocal: boolean; jsKernel: boolean }): void;
}

const require = createRequire(import.meta.url);

/** tslab's modules, as mutable as CommonJS exports are. */
export function loadTslab() {
  return {
    jupyter: require("tslab/dist/jupyter.js") as JupyterModule,
    executor: require("tslab/dist/executor.js") as ExecutorModule,
    main: require("tslab/dist/main.js") as MainModule,
    version: (require("tslab/package.json") as { version: string }).version,
  };
}

/** The TypeScript that tslab brings. */
export function loadTypeScript(): typeof import("typescript") {
  return createRequire(require.resolve("tslab/dist/main.js"))("@tslab/typescript-for-tslab");
}
