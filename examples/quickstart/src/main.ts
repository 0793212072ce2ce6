import { InputError, UsageError } from "./errors.js";
import { keepRunning } from "./keep-running.js";
import { readOptions, usage } from "./options.js";
import { Progress } from "./progress.js";
import { quickstart } from "./quickstart.js";
import { formatSummary } from "./summary.js";

/** Exit status by signal, as shells have it: 128 and the signal's number. */
const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options === "help") {
    process.stdout.write(usage);
    return 0;
  }
  const controller = new AbortController();
  let status = 1;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!controller.signal.aborted)
        process.stderr.write(`\n${signal}: stopping everything that was started\n`);
      status = signalStatus[signal];
      controller.abort(new Error(`stopped by ${signal}`));
    });
  }
  const progress = new Progress(process.stderr);
  try {
    await quickstart(options, {
      progress,
      signal: controller.signal,
      async onWritten({ result, reportPath }, local) {
        process.stdout.write(
          options.json ? `${JSON.stringify(result, null, 2)}\n` : formatSummary(result, reportPath),
        );
        if (options.keep) await keepRunning(local, result, controller.signal);
      },
    });
    return 0;
  } catch (error) {
    progress.clear();
    if (controller.signal.aborted) return status;
    process.stderr.write(`quickstart: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError || error instanceof InputError ? 2 : 1;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`quickstart: ${error.message}\nTry --help.\n`);
  process.exitCode = 2;
}
