import { readFile } from "node:fs/promises";
import { type Command, exitStatus, UsageError, valued } from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { openModel } from "../try/open-model.js";
import type { Runner } from "../try/start-serve.js";
import { type Trial, tryModel } from "../try/try-model.js";

const HELP = `sightline image try: serve a model as SageMaker would, and judge the answers

Usage
  sightline image try MODEL [options]

MODEL is a folder with manifest.json, a model.tar.gz, or an ONNX file: for that a manifest is proposed, printed with
what was guessed, and tried.

Options
  --image NAME          serve it in this image, by Docker (default: as a process of this machine)
  --memory SIZE         with --image: memory limit, as docker run has it, such as 512m
  --cpus N              with --image: cores, such as 1
  --user ID             with --image: another user than root
  --read-only           with --image: a file system that cannot be written to, but for /tmp
  --gpus WHICH          with --image: all, or as docker run has it
  --input FILE          picture or video to send (default: a drawn one)
  --start-timeout S     seconds until the first good ping (default 60)
  --json                the verdict as JSON on stdout
  --help                this text

Sends, one after the other: a ping, a picture (or a video) with each kind of answer, a broken one, a content type that
nobody knows, a ping; then SIGTERM. Exit status: 0 all well, 1 not, 2 the command line is wrong.

Examples
  sightline image try out/model
  sightline image try mobilenet.onnx --input cat.jpg
  sightline image try model.tar.gz --image sightline:1 --memory 512m --cpus 1 --read-only --user 1000
`;

/** Tries a model. */
export const TRY_COMMAND: Command = {
  help: HELP,
  options: {
    ...valued("image", "memory", "cpus", "user"),
    "read-only": { type: "boolean" },
    ...valued("gpus", "input", "start-timeout"),
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    const [path] = positional(positionals, "MODEL") as [string];
    const runner = readRunner(values);
    const startSeconds = numberOption(values, "start-timeout", { min: 1, max: 3600, unit: "seconds" }) ?? 60;
    const inputPath = textOption(values, "input");
    const input = inputPath === undefined ? undefined : await readFile(inputPath);
    const model = await openModel(path);
    const json = values.json === true;
    try {
      if (model.guesses.length > 0) {
        err(`manifest.json, proposed:\n${JSON.stringify(model.manifest, undefined, 2)}\n`);
        for (const guess of model.guesses) err(`guessed: ${guess}\n`);
      }
      const verdict = await tryModel(model, {
        runner,
        startSeconds,
        ...(input && { input }),
        onTrial: (trial) => err(`${lineOf(trial)}\n`),
        signal,
      });
      const { good, healthySeconds, trials, end } = verdict;
      if (json) {
        const proposed = model.guesses.length > 0 && { manifest: model.manifest, guesses: model.guesses };
        out(`${JSON.stringify({ ...verdict, ...proposed })}\n`);
      } else {
        const well = trials.filter(({ problem }) => problem === undefined).length;
        const seconds = healthySeconds.toFixed(2);
        out(
          `${good ? "good" : "not good"}: healthy after ${seconds} s, ${well} of ${trials.length} answers as they should be, ${end}\n`,
        );
      }
      return good ? exitStatus.ok : exitStatus.failed;
    } finally {
      await model.close();
    }
  },
};

const LIMITS = ["memory", "cpus", "user", "gpus"] as const;

function readRunner(values: Parameters<Command["run"]>[1]): Runner {
  const image = textOption(values, "image");
  const options = LIMITS.flatMap((name) => {
    const value = textOption(values, name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  if (values["read-only"] === true) options.push("--read-only", "--tmpfs=/tmp");
  if (image !== undefined) return { kind: "docker", image, options };
  if (options.length === 0) return { kind: "process" };
  throw new UsageError(`${options[0]!.split("=")[0]} is for a container; name its image with --image.`);
}

function lineOf({ name, problem, status, milliseconds, answer }: Trial): string {
  const verdict = problem === undefined ? "ok  " : "FAIL";
  const shown = problem === undefined ? answer : `${problem}: ${answer}`;
  return `${verdict} ${milliseconds.toFixed(1).padStart(8)} ms  ${status}  ${name}${shown === "" ? "" : ` (${shown.replaceAll("\n", " ")})`}`;
}
