import { readFileSync } from "node:fs";
import { runAsProgram } from "@sightline/foundation/command-line";
import { CliError } from "./errors.js";

const HELP = `sightline: computer vision on Amazon SageMaker, from the command line

Usage
  sightline image build      build the image of the programs train, serve and process
  sightline image push       push it to Amazon ECR
  sightline image try        serve a model as SageMaker would, send it requests, judge the answers
  sightline --version

"sightline image COMMAND --help" tells the options of each.

Example
  sightline image try out/model
`;

const IMAGE_HELP = `sightline image: the container that SageMaker runs

Usage
  sightline image build [options]
  sightline image push IMAGE [options]
  sightline image try MODEL [options]

A model that does well as a process is tried in the image next (--image), which is then pushed:
  sightline image try out/model
  sightline image build --tag sightline:1
  sightline image try out/model --image sightline:1
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
        {
          name: "try",
          summary: "serve a model and judge its answers",
          load: async () => (await import("./commands/try-command.js")).TRY_COMMAND,
        },
      ],
    },
  ],
  isExpected: (error) => error instanceof CliError,
});
