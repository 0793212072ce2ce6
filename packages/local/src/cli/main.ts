#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runAsProgram } from "@sightline/foundation/command-line";
import { LocalError } from "../errors.js";

const HELP = `sightline-local: SageMaker, S3 and friends on 127.0.0.1

Usage
  sightline-local start [options]    run the server until Ctrl-C
  sightline-local --version

"sightline-local start --help" tells the options.

Example
  sightline-local start > local.env &  sleep 1; . ./local.env; aws s3 ls
`;

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

await runAsProgram({
  name: "sightline-local",
  version: manifest.version,
  help: HELP,
  commands: [
    {
      name: "start",
      summary: "run the server",
      load: async () => (await import("./start-command.js")).START_COMMAND,
    },
  ],
  isExpected: (error) => error instanceof LocalError,
});
