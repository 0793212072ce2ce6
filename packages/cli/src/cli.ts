import { readFileSync } from "node:fs";
import { runAsProgram } from "@sightline/foundation/command-line";
import { CliError } from "./errors.js";

const HELP = `sightline: computer vision on Amazon SageMaker, from the command line

Usage
  sightline image build      build the image of the programs train, serve and process
  sightline image push       push it to Amazon ECR
  sightline --version

"sightline image COMMAND --help" tells the options of each.

Example
  sightline image build --tag sightline:1
`;

const IMAGE_HELP = `sightline image: the container that SageMaker runs

Usage
  sightline image build [options]
  sightline image push IMAGE [options]

Examples
  sightline image build --tag sightline:1
  sightline image push sightline:1 --region eu-west-1
`;

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

await runAsProgram({
  name: "sightline",
  version,
  help: HELP,
  commands: [],
  groups: [
    {
      name: "image",
      summary: "the container that SageMaker runs",
      help: IMAGE_HELP,
      commands: [
        {
          name: "build",
          summary: "build the image",
          load: async () => (await import("./commands/build-command.js")).BUILD_COMMAND,
        },
        {
          name: "push",
          summary: "push an image to Amazon ECR",
          load: async () => (await import("./commands/push-command.js")).PUSH_COMMAND,
        },
      ],
    },
  ],
  isExpected: (error) => error instanceof CliError,
});
