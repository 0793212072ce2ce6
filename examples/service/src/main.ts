import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Command, runAsProgram, UsageError } from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { LocalError } from "@sightline/local";
import { SampleError } from "@sightline/samples";
import { createSession, SdkError } from "@sightline/sdk";
import { VideoMarkupError } from "@sightline/video-markup";
import { COLOURS } from "./demo/build-colour-classifier.js";
import { startCloud } from "./demo/start-cloud.js";
import { HELP } from "./help.js";
import { runService } from "./run-service.js";

const common = {
  host: { type: "string" },
  port: { type: "string" },
  "max-video-mb": { type: "string" },
  "max-video-seconds": { type: "string" },
  "body-idle-seconds": { type: "string" },
  "grace-seconds": { type: "string" },
} as const;

/** What all commands that serve have in common. */
function commonOptions(values: Parameters<Command["run"]>[1]) {
  const seconds = (name: "body-idle-seconds" | "grace-seconds" | "max-video-seconds") =>
    numberOption(values, name, { min: 0, max: 86_400, unit: "seconds" });
  const megabytes = numberOption(values, "max-video-mb", { min: 0.001, max: 100_000, unit: "MB" });
  const [idle, grace, longest] = [
    seconds("body-idle-seconds"),
    seconds("grace-seconds"),
    seconds("max-video-seconds"),
  ];
  return {
    host: textOption(values, "host") ?? "127.0.0.1",
    port: numberOption(values, "port", { min: 0, max: 65_535, whole: true }) ?? 8080,
    limits: {
      ...(megabytes === undefined ? {} : { maxVideoBytes: Math.round(megabytes * 1e6) }),
      ...(longest === undefined ? {} : { maxVideoSeconds: longest }),
      ...(idle === undefined ? {} : { bodyIdleMs: idle * 1000 }),
    },
    ...(grace === undefined ? {} : { graceMs: grace * 1000 }),
  };
}

const START: Command = {
  help: HELP,
  options: { ...common, json: { type: "boolean" } },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const options = commonOptions(values);
    const say = (message: string) => err(`${message}\n`);
    const folder = await mkdtemp(join(tmpdir(), "sightline-service-demo-"));
    try {
      const cloud = await startCloud(folder, say, signal);
      try {
        const { session, bucket, endpointName, queues, model, local } = cloud;
        const queue = queues && { url: queues.queue, deadLetterUrl: queues.deadLetters, bucket, session };
        const classifier = { session, endpointName, labels: COLOURS };
        await runService({ ...options, classifier, detector: { model }, queue, log: say, signal }, (url) => {
          out(
            values.json === true
              ? `${JSON.stringify({ url, bucket, queues, env: local.env })}\n`
              : `${url}\n`,
          );
          if (queues !== undefined) say(`Videos of ${bucket} can be queued at ${queues.queue}.`);
          say("Ctrl-C stops and removes everything.");
        });
        session.close();
      } finally {
        await cloud.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return 0;
  },
};

const SERVE: Command = {
  help: HELP,
  options: {
    ...common,
    endpoint: { type: "string" },
    labels: { type: "string" },
    model: { type: "string" },
    queue: { type: "string" },
    "dead-letters": { type: "string" },
    bucket: { type: "string" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const options = commonOptions(values);
    const text = (name: string) => textOption(values, name);
    const [endpointName, model, url, deadLetterUrl, bucket] = [
      text("endpoint"),
      text("model"),
      text("queue"),
      text("dead-letters"),
      text("bucket"),
    ];
    if (endpointName === undefined && model === undefined) {
      throw new UsageError("Give --endpoint for photos, --model for videos, or both.");
    }
    if (url !== undefined && (model === undefined || deadLetterUrl === undefined || bucket === undefined)) {
      throw new UsageError("--queue needs --dead-letters, --bucket and --model.");
    }
    const session = await createSession();
    const labels = text("labels")?.split(",") ?? [];
    const classifier = endpointName === undefined ? undefined : { session, endpointName, labels };
    const detector = model === undefined ? undefined : { model: resolve(model) };
    const queue =
      url === undefined ? undefined : { url, deadLetterUrl: deadLetterUrl!, bucket: bucket!, session };
    const log = (message: string) => err(`${message}\n`);
    await runService({ ...options, classifier, detector, queue, log, signal }, (at) => out(`${at}\n`));
    session.close();
    return 0;
  },
};

/** What the packages throw on purpose. */
const EXPECTED = [LocalError, SdkError, SampleError, VideoMarkupError];

await runAsProgram({
  name: "service",
  version: "0.1.0",
  help: HELP,
  commands: [
    { name: "start", summary: "everything on this machine", load: async () => START },
    {
      name: "serve",
      summary: "the service over an endpoint, a detector, a queue of yours",
      load: async () => SERVE,
    },
  ],
  otherwise: async () => START,
  isExpected: (error) => EXPECTED.some((kind) => error instanceof kind),
});
