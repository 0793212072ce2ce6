import { setFlagsFromString } from "node:v8";
import { type Command, exitStatus, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { untilAborted } from "@sightline/foundation/until-aborted";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import type { Beside, LocalSageMakerOptions } from "../options.js";
import { PAGE_ROOT } from "../page/layout.js";
import { startLocalSageMaker } from "../start.js";

const HELP = `sightline-local start: SageMaker, S3 and friends on 127.0.0.1

Usage
  sightline-local start [options]

Options
  --port N            port on 127.0.0.1 (default 8500; 0 takes any free one)
  --state DIR         folder that keeps buckets, jobs, endpoints and logs (default .sightline)
  --region NAME       region that ARNs name (default us-east-1)
  --image NAME=DIR    one more image: NAME is a URI or repository, DIR a package whose package.json
                      lists its programs under sightline.programs; may be given again
  --runner NAME       process, or docker: images run in Docker, on Linux (default process, and docker for an
                      image that only Docker has)
  --gpus WHICH        GPUs of containers, as docker run has it, such as all
  --registry HOST     Docker registry that stands for this account's ECR, such as 127.0.0.1:5000
  --beside URL        an emulator of AWS that runs already: its S3 holds the objects, its topics and its
                      event bus are told what happens here
  --with ministack    the same with MiniStack, which is installed from PyPI the first time (uv, or
                      python3 with venv), bound to 127.0.0.1, and stopped with the server
  --emulator-port N   its port (default 4566; 0 takes any free one)
  --page-actions      buttons on the status page that stop jobs and delete endpoints
  --write-env FILE    write the variables to FILE too, when everything answers
  --json              print one JSON object instead of export lines
  --help              this text

Prints the variables that send every AWS client (aws, boto3, SDKs) to this server; put them into a
shell with the first example below. Training jobs and endpoints run as processes of this machine, or in Docker.
A page at /_sightline/ shows what runs, its curves, logs and cost. Ctrl-C stops them all; the state stays in DIR and is taken up at the next start.

Examples
  sightline-local start > local.env &  sleep 1; . ./local.env; aws s3 ls
  sightline-local start --port 0 --json
  sightline-local start --with ministack --write-env local.env &  # then: . ./local.env; cdk deploy
`;

/** Runs the server until it is interrupted. */
export const START_COMMAND: Command = {
  help: HELP,
  options: {
    port: { type: "string" },
    state: { type: "string" },
    region: { type: "string" },
    image: { type: "string", multiple: true },
    runner: { type: "string" },
    gpus: { type: "string" },
    registry: { type: "string" },
    beside: { type: "string" },
    with: { type: "string" },
    "emulator-port": { type: "string" },
    "page-actions": { type: "boolean" },
    "write-env": { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    // A heap as small as this server's lets V8 make its large collection after every 10 MB that pass through, as if they
    // were to stay: bodies count. At five times what lives it makes few, and a PUT costs a fifth less, a GET half.
    setFlagsFromString("--heap-growing-percent=400");
    const region = textOption(values, "region");
    const say = (message: string) => err(`${message}\n`);
    const local = await startLocalSageMaker({
      stateDir: textOption(values, "state") ?? ".sightline",
      port: numberOption(values, "port", { min: 0, max: 65_535, whole: true }) ?? 8500,
      ...(region === undefined ? {} : { region }),
      images: readImages(values.image),
      pageActions: values["page-actions"] === true,
      ...readRunner(values),
      ...readBeside(values),
      signal,
      logger: { info: say, warn: say, error: say },
    });
    const { url, port, account, env, besideUrl } = local;
    const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`);
    // Not --env-file: node 20 takes that for itself, wherever it stands.
    const envFile = textOption(values, "write-env");
    if (envFile !== undefined) await writeWholeFile(envFile, exports.join(""));
    if (values.json === true)
      out(`${JSON.stringify({ url, port, region: local.region, account, besideUrl, env })}\n`);
    else out(exports.join(""));
    const beside = besideUrl === undefined ? "" : `, the rest of AWS at ${besideUrl}`;
    say(
      `Local SageMaker at ${url}${beside}; what it does: ${url}${PAGE_ROOT}. Ctrl-C stops it and all that it runs.`,
    );
    await untilAborted(signal);
    say("Stopping...");
    await local.close();
    return exitStatus.ok;
  },
};

function readBeside(values: OptionValues): { beside?: Beside } {
  const url = textOption(values, "beside");
  const install = choiceOption(values, "with", ["ministack"]);
  const port = numberOption(values, "emulator-port", { min: 0, max: 65_535, whole: true });
  if (url !== undefined && install !== undefined) {
    throw new UsageError("--beside and --with exclude each other: one emulator is enough.");
  }
  if (port !== undefined && install === undefined) {
    throw new UsageError(
      "--emulator-port is the port of the emulator that --with starts: add --with ministack.",
    );
  }
  if (url !== undefined) return { beside: { url } };
  return install === undefined ? {} : { beside: { install, port: port ?? 4566 } };
}

function readRunner(values: OptionValues): Pick<LocalSageMakerOptions, "runner" | "gpus" | "registry"> {
  const runner = choiceOption(values, "runner", ["process", "docker"]);
  const gpus = textOption(values, "gpus");
  const registry = textOption(values, "registry");
  return {
    ...(runner && { runner }),
    ...(gpus !== undefined && { gpus }),
    ...(registry !== undefined && { registry }),
  };
}

function readImages(specs: unknown): Record<string, string> {
  return Object.fromEntries(
    (Array.isArray(specs) ? specs : []).map((spec: string) => {
      const equals = spec.indexOf("=");
      if (equals < 1 || equals === spec.length - 1) {
        throw new UsageError(`--image takes NAME=DIR, not "${spec}".`);
      }
      return [spec.slice(0, equals), spec.slice(equals + 1)];
    }),
  );
}
