import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, runAsProgram } from "@sightline/foundation/command-line";
import { namedError } from "@sightline/foundation/named-error";
import { numberOption, positional } from "@sightline/foundation/option-values";
import { CdkError, deployStack, OutputsError } from "@sightline/foundation/run-cdk";
import { inTemporaryFolder } from "@sightline/foundation/temporary-folder";
import { LocalError, startLocalSageMaker } from "@sightline/local";
import { drawPictures, SampleError } from "@sightline/samples";
import { createSession, SdkError, uploadFiles } from "@sightline/sdk";
import { projectVariables, waitForBuilds } from "./build-record.js";
import { DATA_FOLDER, STACK_NAME } from "./names.js";
import { readBuildspec, runBuildspec } from "./run-buildspec.js";

const HELP = `codebuild: new training data retrain an endpoint, on this machine

Usage
  codebuild [options]

  --quiet-seconds N   how long no data may have come before a build starts (default 5; on AWS 600)
  --no-build          end when the build has been started, and do not run it
  --json              print one JSON object when it is done

Deploys the stack to MiniStack, uploads pictures, waits for the build that they start, and then plays CodeBuild: the
build phase of buildspec.yml runs here, with the project's variables. What it made goes with it.
`;

/** The build that this program ran for CodeBuild failed. */
class BuildFailedError extends namedError("BuildFailedError", Error) {}

/** The example's own folder, and the repository's. */
const FOLDER = fileURLToPath(new URL("..", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** What the laptop does otherwise: little training, and no alarms, which the emulator has and local does not see. */
const ON_LAPTOP = {
  EPOCHS: "4",
  ROLLBACK_ALARMS: "",
  LEAST_ACCURACY: "0",
  TESTS: "packages/notebook/src/run",
};

const command: Command = {
  help: HELP,
  options: {
    "quiet-seconds": { type: "string" },
    "no-build": { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const quiet = numberOption(values, "quiet-seconds", { min: 1, max: 900, whole: true }) ?? 5;
    const say = (message: string) => err(`${message}\n`);
    return inTemporaryFolder("sightline-codebuild-", async (folder) => {
      const local = await startLocalSageMaker({
        stateDir: join(folder, "state"),
        beside: { install: "ministack" },
        logger: { info: () => undefined, warn: say, error: say },
        signal,
      });
      try {
        const outputs = await deployStack<{ Bucket: string; Project: string }>(local, {
          ...{ folder: FOLDER, stack: STACK_NAME, context: [`quietSeconds=${quiet}`], work: folder },
          ...{ say: err, signal },
        });
        say("uploading pictures");
        const pictures = join(folder, "pictures");
        const drawn = await drawPictures({
          folder: pictures,
          classes: 4,
          perClass: 20,
          sidePixels: 128,
          signal,
        });
        const session = await createSession({ bucket: outputs.Bucket });
        const filter = (file: string) => file.endsWith(".jpg");
        const { uploadedFiles } = await uploadFiles(session, drawn.folder, DATA_FOLDER, { filter, signal });
        session.close();
        say(`${uploadedFiles} pictures are there; ${quiet} s of quiet start a build`);
        const builds = await waitForBuilds(outputs.Project, 1, signal);
        const variables = await projectVariables(outputs.Project);
        if (values["no-build"] !== true)
          await playCodeBuild({ ...variables, ...local.env, ...ON_LAPTOP }, err);
        if (values.json === true) out(`${JSON.stringify({ builds, variables, uploadedFiles, outputs })}\n`);
        else out(`Builds started: ${builds.join(", ")}\n`);
        return 0;
      } finally {
        await local.close();
      }
    });
  },
};

/** Runs the build phase as CodeBuild would; install and pre_build have been done where this program runs. */
async function playCodeBuild(
  variables: Readonly<Record<string, string>>,
  err: (text: string) => void,
): Promise<void> {
  const spec = readBuildspec(join(REPOSITORY, "buildspec.yml"));
  const env = { ...process.env, ...variables };
  const { succeeded, log, phases } = await runBuildspec(spec, REPOSITORY, env, ["build", "post_build"]);
  err(log.slice(-2_000));
  if (!succeeded) throw new BuildFailedError(`The build failed: ${JSON.stringify(phases)}`);
}

const EXPECTED = [BuildFailedError, CdkError, OutputsError, LocalError, SdkError, SampleError];

await runAsProgram({
  name: "codebuild",
  version: "0.1.0",
  help: HELP,
  commands: [],
  otherwise: async () => command,
  isExpected: (error) => EXPECTED.some((kind) => error instanceof kind),
});
