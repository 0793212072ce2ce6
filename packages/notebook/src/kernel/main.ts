/** The kernel: `node kernel.cjs --config-path FILE [--js] [--parent PID]`. */
import { parseArgs } from "node:util";
import { offerCellSignal } from "@sightline/foundation/cell-signal";
import { displayKey } from "../display/host.js";
import { readConnectionFile } from "../wire/connection.js";
import { CellRunner } from "./cell-runner.js";
import { CompilerClient } from "./compiler/compiler-client.js";
import { compilerVersion } from "./compiler/typescript.js";
import { KernelConnection } from "./connection.js";
import { ControlClient, type ControlHandlers } from "./control/control-client.js";
import { defineCellHandle } from "./execute/cell-handle.js";
import { showChildOutput } from "./execute/child-output.js";
import { executions } from "./execute/execution.js";
import { LocalCode } from "./execute/local-code.js";
import { ModuleLoader } from "./execute/module-loader.js";
import { Repl } from "./execute/repl.js";
import { offerInput } from "./execute/stdin.js";
import { offerStop } from "./execute/stop.js";
import { createTslab } from "./execute/tslab-api.js";
import { History } from "./history.js";
import { kernelInfo } from "./kernel-info.js";
import { OutputCapture } from "./output-capture.js";
import { KernelServer } from "./server.js";
import { SourceMaps } from "./source-maps.js";
import { translateStacks } from "./traceback.js";

/** Exit status of a kernel that could not bind its sockets. */
const bindFailedStatus = 98;

// Jupyter tells no parent; then it is who the parent is now, before anything is loaded.
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

const folder = process.cwd();
const language = values.js === true ? "javascript" : "typescript";
// Both threads begin at once; this one binds its sockets meanwhile.
const compiler = new CompilerClient(folder, language);
let handlers: ControlHandlers | undefined;
const control = new ControlClient(configPath, Number(values.parent ?? ppid), () => handlers);
const info = readConnectionFile(configPath);
const connection = new KernelConnection(info, control);
const publish = connection.publish.bind(connection);

const maps = new SourceMaps();
const output = new OutputCapture(publish);
const history = new History();
const display: CellRunner["display"] = (message, update) => runner.display(message, update);
const localCode = new LocalCode(createTslab(display, compilerVersion()));
const runner = new CellRunner({ compiler, repl: new Repl(), localCode, maps, output, history, publish });
const server = new KernelServer({
  connection,
  runner,
  compiler,
  history,
  info: kernelInfo(language, compilerVersion()),
});

defineCellHandle(new ModuleLoader(folder), folder);
(globalThis as Record<symbol, unknown>)[displayKey] = display;
offerCellSignal(() => executions.getStore()?.interruption.signal);
const stdin = offerInput({
  allowed: () => output.owner?.request.content.allow_stdin === true,
  request: (prompt) => connection.requestInput(prompt, output.owner!.request),
  requestAndWait: (prompt) => {
    output.flush();
    return control.waitForInput(() => connection.requestInput(prompt, output.owner!.request));
  },
  takePrompt: () => output.takeLineStart(),
});
// With its name, which a cell that shows `console` sees.
console.clear = function clear() {
  runner.clear();
};
showChildOutput();
const scriptStopped = offerStop(() => control.answered);
translateStacks(maps);
runner.listen();
process.on("SIGINT", () => runner.interrupt());
handlers = {
  request: (frames) => server.take(connection.control, frames),
  interrupt: () => {
    scriptStopped();
    runner.interrupt();
  },
  input: (line) => stdin.answer(line),
};

connection.bind(info).then(
  ({ shell }) => server.serve(shell),
  (error: Error) => {
    process.stderr.write(`The kernel cannot listen on ${info.ip}: ${error.message}\n`);
    process.exit(bindFailedStatus);
  },
);
