/**
 * The kernel: `node kernel.cjs --config-path FILE [--js] [--parent PID]`. Loaded before tslab, it replaces in memory the two
 * exports through which tslab starts (its message layer and its executor's console) and then starts tslab.
 */
import { parseArgs } from "node:util";
import { displayKey } from "../display/host.js";
import { wrapCreateExecutor } from "./cell-executor.js";
import { CellRunner } from "./cell-runner.js";
import { hookCompiler } from "./compiler-hooks.js";
import { watchParent } from "./parent-watch.js";
import { KernelServer } from "./server.js";
import { CellSourceMaps } from "./source-maps.js";
import { translateStacks } from "./traceback.js";
import { type Handler, loadTslab, loadTypeScript } from "./tslab.js";

// Jupyter tells no parent; then it is who the parent is now, before a second of loading.
const { ppid } = process;
const { values } = parseArgs({
  options: { "config-path": { type: "string" }, js: { type: "boolean" }, parent: { type: "string" } },
});
const configPath = values["config-path"];
if (configPath === undefined) {
  process.stderr.write(
    "kernel: --config-path FILE is missing; Jupyter passes it. See sightline-notebook doctor.\n",
  );
  process.exit(2);
}

const maps = new CellSourceMaps();
const latest = hookCompiler();
const { jupyter, executor, main, version } = loadTslab();
const { createExecutor, run } = wrapCreateExecutor(executor.createExecutor, latest, maps);
executor.createExecutor = createExecutor;

let runner: CellRunner | undefined;
jupyter.ZmqServer = class extends KernelServer {
  constructor(handler: Handler, path: string) {
    super(describedHandler(handler), path, (publish) => {
      runner = new CellRunner(
        {
          run: (source, count) => run(handler.executor, source, count),
          interrupt: () => handler.executor.interrupt(),
          connectDisplay: (write) => {
            jupyter.lastWriteDisplayData = write;
            (globalThis as Record<symbol, unknown>)[displayKey] = write;
          },
        },
        publish,
      );
      return runner;
    });
  }
};

// The installed tslab is the one that was just prepared: a copy in the notebook's folder must not replace it.
main.startKernel({ configPath, enableFindLocal: false, jsKernel: values.js === true });
runner?.listen();
translateStacks(maps);
watchParent(values.parent === undefined ? ppid : Number(values.parent));

function describedHandler(handler: Handler): Handler {
  const described: Handler = Object.create(handler);
  described.handleKernel = () => {
    const info = handler.handleKernel();
    const languageInfo = info.language_info as Record<string, unknown>;
    return {
      ...info,
      implementation: "sightline",
      implementation_version: version,
      language_info: { ...languageInfo, version: loadTypeScript().version },
      banner: `TypeScript ${loadTypeScript().version} on Node.js ${process.version} (Sightline, tslab ${version})`,
    };
  };
  return described;
}
