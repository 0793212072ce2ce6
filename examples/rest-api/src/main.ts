import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, type Program, runAsProgram } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { CdkError, deployStack, OutputsError } from "@sightline/foundation/run-cdk";
import { inTemporaryFolder } from "@sightline/foundation/temporary-folder";
import { untilAborted } from "@sightline/foundation/until-aborted";
import { LocalError, startLocalSageMaker } from "@sightline/local";
import { RecordIOError } from "@sightline/recordio";
import { SampleError } from "@sightline/samples";
import { SdkError } from "@sightline/sdk";
import { readApiKey } from "./api-key.js";
import { deployModel } from "./deploy-model.js";
import { ACCESS_KINDS, STACK_NAME } from "./names.js";
import { readOutputs, type StackOutputs } from "./stack-outputs.js";

const HELP = `rest-api: image classification behind a REST API with a page, on this machine

Usage
  rest-api [start] [options]        everything on this machine, until Ctrl-C
  rest-api model --outputs FILE     train and deploy the model in the account of the environment

Options of start
  --emulator-port N   port of the emulator, and so of page and API (default 4566; 0 takes any free one)
  --access KIND       open or api-key (default open)
  --invocations N     per instance and minute that scaling aims for (default 30000)
  --time-scale X      factor on AWS's periods, so that scaling can be seen in minutes (default 1)
  --json              print one JSON object when everything answers

start installs MiniStack from PyPI the first time. What it made goes with it.
`;

/** The example's own folder, where cdk.json is. */
const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

const START: Command = {
  help: HELP,
  options: {
    "emulator-port": { type: "string" },
    access: { type: "string" },
    invocations: { type: "string" },
    "time-scale": { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const port = numberOption(values, "emulator-port", { min: 0, max: 65_535, whole: true }) ?? 4566;
    const access = choiceOption(values, "access", ACCESS_KINDS) ?? "open";
    const invocations = numberOption(values, "invocations", { min: 1 });
    const timeScale = numberOption(values, "time-scale", { min: 0.001, max: 1 }) ?? 1;
    const say = (message: string) => err(`${message}\n`);
    return inTemporaryFolder("sightline-rest-api-", async (folder) => {
      const local = await startLocalSageMaker({
        stateDir: join(folder, "state"),
        beside: { install: "ministack", port },
        timeScale,
        logger: { info: say, warn: say, error: say },
        signal,
      });
      try {
        const outputs = await deployStack<StackOutputs>(local, {
          ...{ folder: EXAMPLE, stack: STACK_NAME, context: [`access=${access}`], work: folder },
          ...{ say: err, signal },
        });
        await deployModel(outputs, { say, signal, ...(invocations === undefined ? {} : { invocations }) });
        const host = `${outputs.ApiId}.execute-api.localhost:${new URL(local.besideUrl!).port}`;
        const url = `http://${host}/prod/`;
        const { ApiKeyId } = outputs;
        const apiKey = ApiKeyId === undefined ? undefined : await readApiKey(ApiKeyId);
        if (apiKey !== undefined) say(`API key: ${apiKey}`);
        if (values.json === true)
          out(`${JSON.stringify({ url, apiKey, folder, outputs, env: local.env })}\n`);
        else out(`${url}\n`);
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
  options: { outputs: { type: "string" } },
  async run(positionals, values, { err, signal }) {
    positional(positionals);
    const outputs = await readOutputs(textOption(values, "outputs") ?? "outputs.json");
    await deployModel(outputs, { say: (message) => err(`${message}\n`), signal });
    return 0;
  },
};

/** What the example's own parts and the packages throw on purpose. */
const EXPECTED = [CdkError, OutputsError, LocalError, SdkError, RecordIOError, SampleError];

const program: Program = {
  name: "rest-api",
  version: "0.1.0",
  help: HELP,
  commands: [
    { name: "start", summary: "everything on this machine", load: async () => START },
    { name: "model", summary: "train and deploy the model", load: async () => MODEL },
  ],
  otherwise: async () => START,
  isExpected: (error) => EXPECTED.some((kind) => error instanceof kind),
};

await runAsProgram(program);
