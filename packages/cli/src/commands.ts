import type { CommandEntry, CommandGroup } from "@sightline/foundation/command-line";

/** The commands of SageMaker, in the order in which somebody meets them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "a project from nothing: a notebook, or a service",
    load: async () => (await import("./commands/init-command.js")).INIT_COMMAND,
  },
  {
    name: "train",
    summary: "train a classifier or detector on packed pictures",
    load: async () => (await import("./commands/train-command.js")).TRAIN_COMMAND,
  },
  {
    name: "deploy",
    summary: "put a trained or own model behind an endpoint",
    load: async () => (await import("./commands/deploy-command.js")).DEPLOY_COMMAND,
  },
  {
    name: "invoke",
    summary: "ask an endpoint about a file, a URL or a folder",
    load: async () => (await import("./commands/invoke-command.js")).INVOKE_COMMAND,
  },
  {
    name: "logs",
    summary: "the log of a job or endpoint",
    load: async () => (await import("./commands/logs-command.js")).LOGS_COMMAND,
  },
  {
    name: "list",
    summary: "endpoints, jobs and models",
    load: async () => (await import("./commands/list-command.js")).LIST_COMMAND,
  },
  {
    name: "delete",
    summary: "an endpoint with what belongs to it, a model, a job, or all of a session",
    load: async () => (await import("./commands/delete-command.js")).DELETE_COMMAND,
  },
  {
    name: "cost",
    summary: "what runs and what it costs, and what something would cost",
    load: async () => (await import("./commands/cost-command.js")).COST_COMMAND,
  },
  {
    name: "push",
    summary: "an image to Amazon ECR",
    load: async () => (await import("./commands/push-command.js")).PUSH_COMMAND,
  },
  {
    name: "doctor",
    summary: "look for what is missing, each with its remedy",
    load: async () => (await import("./commands/doctor-command.js")).DOCTOR_COMMAND,
  },
];

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

/** Commands of two words. */
export const GROUPS: readonly CommandGroup[] = [
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
];
