#!/usr/bin/env node
import { parseArgs } from "node:util";
import { LocalError } from "../errors.js";
import type { LocalSageMaker } from "../options.js";
import { startLocalSageMaker } from "../start.js";

const HELP = `sightline-local: SageMaker, S3 and friends on 127.0.0.1

Usage
  sightline-local start [options]

Options
  --port N            port on 127.0.0.1 (default 8500; 0 takes any free one)
  --state DIR         folder that keeps buckets, jobs, endpoints and logs (default .sightline)
  --region NAME       region that ARNs name (default us-east-1)
  --image NAME=DIR    one more image: NAME is a URI or repository, DIR a package whose package.json
                      lists its programs under sightline.programs; may be given again
  --json              print one JSON object instead of export lines
  --help              this text

Prints the variables that send every AWS client (aws, boto3, SDKs) to this server; put them into a
shell with the first example below. Training jobs and endpoints run as processes of this machine.
Ctrl-C stops them all; the state stays in DIR and is taken up at the next start.

Examples
  sightline-local start > local.env &  sleep 1; . ./local.env; aws s3 ls
  sightline-local start --port 0 --json
`;

const { values, positionals } = readArguments();
if (values.help === true) {
  process.stdout.write(HELP);
} else if (positionals.length !== 1 || positionals[0] !== "start") {
  fail(`Say "sightline-local start". See sightline-local --help.`, 2);
} else {
  await start();
}

async function start(): Promise<void> {
  const port = Number(values.port ?? 8500);
  if (!/^\d+$/.test(values.port ?? "0"))
    fail(`--port takes a number from 0 to 65535, not "${values.port}".`, 2);
  let local: LocalSageMaker;
  try {
    local = await startLocalSageMaker({
      stateDir: values.state ?? ".sightline",
      port,
      ...(values.region === undefined ? {} : { region: values.region }),
      images: readImages(values.image ?? []),
      logger: { info: say, warn: say, error: say },
    });
  } catch (error) {
    if (error instanceof LocalError || error instanceof RangeError) fail(error.message, 1);
    throw error;
  }
  const { url, region, account } = local;
  if (values.json === true)
    process.stdout.write(`${JSON.stringify({ url, port: local.port, region, account, env: local.env })}\n`);
  else
    process.stdout.write(
      Object.entries(local.env)
        .map(([name, value]) => `export ${name}=${value}\n`)
        .join(""),
    );
  say(`Local SageMaker at ${url}. Ctrl-C stops it and all that it runs.`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    say("Stopping...");
    local.close().then(
      () => process.exit(0),
      (error: unknown) => fail(String(error), 1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        port: { type: "string" },
        state: { type: "string" },
        region: { type: "string" },
        image: { type: "string", multiple: true },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message} See sightline-local --help.`, 2);
  }
}

function readImages(specs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    specs.map((spec) => {
      const equals = spec.indexOf("=");
      if (equals < 1 || equals === spec.length - 1) return fail(`--image takes NAME=DIR, not "${spec}".`, 2);
      return [spec.slice(0, equals), spec.slice(equals + 1)];
    }),
  );
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

function fail(message: string, code: number): never {
  process.stderr.write(`sightline-local: ${message}\n`);
  process.exit(code);
}
