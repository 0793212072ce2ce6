import { type Command, type Program, runAsProgram } from "@sightline/foundation/command-line";
import { positional } from "@sightline/foundation/option-values";
import { progressTarget } from "@sightline/foundation/progress-line";
import { LocalError } from "@sightline/local";
import { QuickstartError } from "./errors.js";
import { keepRunning } from "./keep-running.js";
import { optionKinds, readOptions, usage } from "./options.js";
import { Progress } from "./progress.js";
import { quickstart } from "./quickstart.js";
import { formatSummary } from "./summary.js";

const command: Command = {
  help: usage,
  options: optionKinds,
  async run(positionals, values, io) {
    positional(positionals);
    const options = readOptions(values, process.env.INIT_CWD ?? process.cwd());
    const progress = new Progress(progressTarget(io));
    io.signal.addEventListener("abort", () => io.err("\nstopping everything that was started\n"), {
      once: true,
    });
    try {
      await quickstart(options, {
        progress,
        signal: io.signal,
        async onWritten({ result, reportPath }, local) {
          io.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : formatSummary(result, reportPath));
          if (options.keep) await keepRunning(local, result, io.signal);
        },
      });
    } finally {
      progress.clear();
    }
    // What was deployed was kept until somebody ended it.
    io.signal.throwIfAborted();
    return 0;
  },
};

const program: Program = {
  name: "quickstart",
  version: "0.1.0",
  help: usage,
  commands: [],
  otherwise: async () => command,
  isExpected: (error) => error instanceof QuickstartError || error instanceof LocalError,
};

await runAsProgram(program);
