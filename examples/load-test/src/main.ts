import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Command, exitStatus, runAsProgram } from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import { LoadError, readBodies, runLoadTest } from "@sightline/load";
import { LocalError, type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { createSession, SdkError } from "@sightline/sdk";
import { deployClassifier } from "./deploy-classifier.js";

const HELP = `load-test: what one instance of a small classifier bears, on a local SageMaker

Usage
  npx -y pnpm@10 load-test [--seconds N] [--out FOLDER]

  --seconds N    how long each step lasts (default 10); the steps are 2, 4 and 8 users
  --out FOLDER   report.html, result.json and CSV files (default out/load-test)

Example
  npx -y pnpm@10 load-test --seconds 3
`;
const ENDPOINT = "load-test";

const command: Command = {
  help: HELP,
  options: { seconds: { type: "string" }, out: { type: "string" } },
  async run(positionals, values, io) {
    positional(positionals);
    const seconds = numberOption(values, "seconds", { min: 0.1, max: 600, unit: "seconds" }) ?? 10;
    const out = resolve(process.env.INIT_CWD ?? ".", textOption(values, "out") ?? "out/load-test");
    const line = new ProgressLine(progressTarget(io));
    const folder = await mkdtemp(join(tmpdir(), "sightline-load-test-"));
    let local: LocalSageMaker | undefined;
    try {
      local = await startLocalSageMaker({ stateDir: join(folder, "state"), signal: io.signal });
      // From here every AWS client of this process talks to the local SageMaker.
      Object.assign(process.env, local.env);
      line.note("training and deploying a classifier on drawn pictures");
      const session = await createSession({ bucket: "load-test" });
      const pictures = await deployClassifier(session, folder, ENDPOINT, io.signal);
      const bodies = await readBodies(pictures, "application/x-image");
      const steps = [2, 4, 8].map((users) => ({ users, seconds }));
      const options = { steps, thinkSeconds: [0.01, 0.05] as const, out, signal: io.signal };
      const work = runLoadTest({ endpointName: ENDPOINT, bodies }, options);
      for await (const event of work) {
        if (event.kind === "second") line.show(`${event.users} users, ${event.requests} requests/s`);
      }
      const { saturation, total, notes } = await work;
      line.clear();
      const rate = saturation.requestsPerSecondPerInstance.toFixed(1);
      const target = saturation.recommendedInvocationsPerInstancePerMinute;
      io.out(`${total.requests} requests, ${total.failures} failed\n`);
      io.out(`one instance: ${rate} requests/s, scaling target ${target} invocations per minute\n`);
      io.out([...notes, join(out, "report.html"), ""].join("\n"));
      session.close();
      return exitStatus.ok;
    } finally {
      line.clear();
      await local?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

await runAsProgram({
  name: "load-test",
  version: "0.1.0",
  help: HELP,
  commands: [],
  otherwise: async () => command,
  isExpected: (error) =>
    error instanceof LoadError || error instanceof LocalError || error instanceof SdkError,
});
