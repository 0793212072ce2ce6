import vm from "node:vm";
import type { LatestMaps } from "./compiler-hooks.js";
import { type CellSourceMaps, cellFilename } from "./source-maps.js";
import type { ConverterSet, Diagnostic, Executor, ExecutorConsole } from "./tslab.js";

/** How a cell ended, before rejections that it left floating are looked at. */
export type CellOutcome =
  | { readonly kind: "ok"; readonly value: unknown }
  | { readonly kind: "compile-error"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "thrown"; readonly error: unknown };

interface Capture {
  readonly count: number;
  diagnostics: readonly Diagnostic[];
  output: string | undefined;
  thrown: { readonly error: unknown } | undefined;
  value: unknown;
}

type CreateExecutor = (root: string, converters: ConverterSet, console: ExecutorConsole) => Executor;

/**
 * tslab's executor tells only "ok or not" and prints the rest. It is created here with converters that
 * remember the diagnostics, a console that remembers the thrown value and the last expression, and scripts
 * named after their cell, so that nothing has to be read back out of printed text.
 */
export function wrapCreateExecutor(create: CreateExecutor, latest: LatestMaps, maps: CellSourceMaps) {
  let capture: Capture | undefined;
  nameScriptsAfterCells(() => capture);

  const observe = (converters: ConverterSet): ConverterSet => ({
    get node() {
      const { node } = converters;
      return {
        ...node,
        convert(previous: string, source: string) {
          const result = node.convert(previous, source);
          if (capture !== undefined) {
            capture.diagnostics = result.diagnostics;
            capture.output = result.output;
            if (latest.moduleMap !== undefined && latest.scriptMap !== undefined) {
              maps.add(capture.count, latest.moduleMap, latest.scriptMap, countLines(result.output));
            }
          }
          return result;
        },
        addModule(name: string, content: string, meta?: unknown) {
          const diagnostics = node.addModule(name, content, meta);
          if (capture !== undefined) capture.diagnostics = diagnostics;
          return diagnostics;
        },
      };
    },
    get browser() {
      return converters.browser;
    },
    close: () => converters.close(),
  });

  const createObserved: CreateExecutor = (root, converters) =>
    create(root, observe(converters), {
      log: (value) => {
        if (capture !== undefined) capture.value = value;
      },
      error: (...values) => {
        // A diagnostic arrives as a format string and its values; it was remembered when it was made.
        if (capture !== undefined && capture.diagnostics.length === 0) capture.thrown = { error: values[0] };
      },
    });

  const run = async (executor: Executor, source: string, count: number): Promise<CellOutcome> => {
    const mine: Capture = { count, diagnostics: [], output: undefined, thrown: undefined, value: undefined };
    capture = mine;
    try {
      await executor.execute(source);
    } catch (error) {
      mine.thrown ??= { error };
    } finally {
      capture = undefined;
    }
    if (mine.diagnostics.length > 0) return { kind: "compile-error", diagnostics: mine.diagnostics };
    if (mine.thrown !== undefined) return { kind: "thrown", error: mine.thrown.error };
    return { kind: "ok", value: mine.value };
  };

  return { createExecutor: createObserved, run };
}

/** tslab runs a cell as an anonymous script; named, its stack frames say which cell and where. */
function nameScriptsAfterCells(current: () => Capture | undefined): void {
  const runInThisContext = vm.runInThisContext;
  const named: typeof runInThisContext = (code, options) => {
    const capture = current();
    const at = capture?.output === undefined ? -1 : code.indexOf(capture.output);
    // The script is tslab's prefix, one line long, then the output.
    if (capture === undefined || at <= 0 || at > 100 || typeof options !== "object") {
      return runInThisContext(code, options);
    }
    // Without `displayErrors` Node would write the compiled line in front of the stack.
    const named = { filename: cellFilename(capture.count), columnOffset: -at, displayErrors: false };
    return runInThisContext(code, { ...options, ...named });
  };
  vm.runInThisContext = named;
}

const countLines = (text: string | undefined) => text?.split("\n").length ?? 0;
