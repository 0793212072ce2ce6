import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, type Program, runAsProgram } from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { CdkError, deployStack, OutputsError } from "@sightline/foundation/run-cdk";
import { inTemporaryFolder } from "@sightline/foundation/temporary-folder";
import { untilAborted } from "@sightline/foundation/until-aborted";
import { LocalError, startLocalSageMaker } from "@sightline/local";
import { SampleError } from "@sightline/samples";
import { SdkError } from "@sightline/sdk";
import { addUser } from "./add-user.js";
import { deployModel } from "./deploy-model.js";
import { EXAMPLE_SENDER, STACK_NAME } from "./names.js";
import { readOutputs, type StackOutputs } from "./stack-outputs.js";

const HELP = `video-service: videos that land in a bucket come back marked up, on this machine

Usage
  video-service [start] [options]        everything on this machine, until Ctrl-C
  video-service model --outputs FILE     deploy the endpoint in the account of the environment

Options of start
  --emulator-port N   port of the emulator, and so of page and API (default 4566; 0 takes any free one)
  --model FILE        ONNX detector (default: one that knows the potholes of the synthetic road only)
  --context NAME=VALUE,...  of the stack: isLive=false, longFromBytes=N, longInstances=N, lookSeconds=N
  --json              print one JSON object when everything answers

Options of model
  --model FILE        as above
  --instance TYPE     of the endpoint (default ml.g5.xlarge)

start installs MiniStack from PyPI the first time. What it made goes with it.
`;

/** The example's own folder, where cdk.json is. */
const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

const START: Command = {
  help: HELP,
  options: {
    "emulator-port": { type: "string" },
    model: { type: "string" },
    context: { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const port = numberOption(values, "emulator-port", { min: 0, max: 65_535, whole: true }) ?? 4566;
    const model = textOption(values, "model");
    const context = textOption(values, "context")?.split(",") ?? [];
    const say = (message: string) => err(`${message}\n`);
    return inTemporaryFolder("sightline-video-service-", async (folder) => {
      const local = await startLocalSageMaker({
        stateDir: join(folder, "state"),
        beside: { install: "ministack", port },
        logger: { info: say, warn: say, error: say },
        signal,
      });
      try {
        const outputs = await deployStack<StackOutputs>(local, {
          ...{ folder: EXAMPLE, stack: STACK_NAME, context, work: folder },
          ...{ say: err, signal },
        });
        await deployModel(outputs, { say, signal, ...(model === undefined ? {} : { model }) });
        const user = await addUser(outputs, local.besideUrl!, EXAMPLE_SENDER);
        const host = `${outputs.ApiId}.execute-api.localhost:${new URL(local.besideUrl!).port}`;
        const url = `http://${host}/prod/`;
        if (values.json === true) out(`${JSON.stringify({ url, folder, outputs, user, env: local.env })}\n`);
        else out(`${url}\nsign in as ${user.email} with ${user.password}\n`);
        say(`Page and API at ${url}. Ctrl-C stops and removes everything.`);
        await untilAborted(signal);
        return 0;
      } finally {
        await local.close();
      }
    });
  },
};

const MODEL: Command = {
  help: HELP,
  options: { outputs: { type: "string" }, model: { type: "string" }, instance: { type: "string" } },
  async run(positionals, values, { err, signal }) {
    positional(positionals);
    const outputs = await readOutputs(textOption(values, "outputs") ?? "outputs.json");
    const model = textOption(values, "model");
    const instanceType = textOption(values, "instance");
    await deployModel(outputs, {
      say: (message) => err(`${message}\n`),
      signal,
      ...(model === undefined ? {} : { model }),
      ...(instanceType === undefined ? {} : { instanceType }),
    });
    return 0;
  },
};

/** What the example's own parts and the packages throw on purpose. */
const EXPECTED = [CdkError, OutputsError, LocalError, SdkError, SampleError];

const program: Program = {
  name: "video-service",
  version: "0.1.0",
  help: HELP,
  commands: [
    { name: "start", summary: "everything on this machine", load: async () => START },
    { name: "model", summary: "deploy the endpoint", load: async () => MODEL },
  ],
  otherwise: async () => START,
  isExpected: (error) => EXPECTED.some((kind) => error instanceof kind),
};

await runAsProgram(program);
