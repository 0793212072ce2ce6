import { existsSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { shareTimer, type TimerHost } from "./compiler-timers.js";

/** The latest pair of source maps that the compiler made. */
export interface LatestMaps {
  moduleMap: string | undefined;
  scriptMap: string | undefined;
}

type Emit = (
  file: unknown,
  write: (name: string, data: string, ...rest: unknown[]) => void,
  ...rest: unknown[]
) => unknown;
interface Builder {
  emit: Emit;
}
interface WatchHost extends TimerHost {
  afterProgramCreate?: (builder: Builder) => void;
}
interface TypeScriptParts {
  createWatchCompilerHost(roots: unknown, options: object, ...rest: unknown[]): WatchHost;
  createWatchProgram(host: WatchHost): unknown;
  transpileModule(
    text: string,
    options: { compilerOptions?: object },
  ): { outputText: string; sourceMapText?: string };
}

const compilerName = "@tslab/typescript-for-tslab";
const mapComment = /\n?\/\/# sourceMappingURL=.*\s*$/;

/**
 * Without Node's types every cell fails with "Cannot find name 'console'". A notebook's folder may have its own;
 * else this package's are used (tslab looks for its own where npm puts them, and pnpm does not).
 */
function withNodeTypes(roots: readonly string[]): string[] {
  if (roots.some((root) => existsSync(join(root, "node", "package.json")))) return [...roots];
  const own = createRequire(import.meta.url).resolve("@types/node/package.json");
  return [...roots, join(own, "..", "..")];
}

/**
 * Makes the compiler that tslab is about to load write source maps, and keeps the latest of each of its two
 * passes; and makes it stand files that change while it waits (see compiler-timers). TypeScript's exports are read-only, so tslab is handed a copy of them with three functions wrapped.
 */
export function hookCompiler(): LatestMaps {
  const latest: LatestMaps = { moduleMap: undefined, scriptMap: undefined };
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  let wrapped: object | undefined;
  loader._load = function (this: unknown, request, ...rest) {
    if (request !== compilerName) return load.call(this, request, ...rest);
    wrapped ??= wrap(load.call(this, request, ...rest) as TypeScriptParts, latest);
    return wrapped;
  };
  return latest;
}

function wrap(ts: TypeScriptParts, latest: LatestMaps): object {
  return {
    ...ts,
    createWatchCompilerHost: (roots: unknown, options: { typeRoots?: string[] }, ...rest: unknown[]) => {
      const typeRoots = withNodeTypes(options.typeRoots ?? []);
      return ts.createWatchCompilerHost(roots, { ...options, typeRoots, sourceMap: true }, ...rest);
    },
    createWatchProgram(host: WatchHost) {
      const created = host.afterProgramCreate?.bind(host);
      host.afterProgramCreate = (builder) => {
        builder.emit = recordEmit(builder.emit.bind(builder), latest);
        created?.(builder);
      };
      shareTimer(host);
      return ts.createWatchProgram(host);
    },
    transpileModule(text: string, options: { compilerOptions?: object }) {
      const result = ts.transpileModule(text, {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
      });
      latest.scriptMap = result.sourceMapText;
      return { ...result, outputText: result.outputText.replace(mapComment, "\n") };
    },
  };
}

function recordEmit(emit: Emit, latest: LatestMaps): Emit {
  return (file, write, ...rest) =>
    emit(
      file,
      (name, data, ...more) => {
        if (name.endsWith("__tslab__.js.map")) latest.moduleMap = data;
        else write(name, name.endsWith(".js") ? data.replace(mapComment, "\n") : data, ...more);
      },
      ...rest,
    );
}
