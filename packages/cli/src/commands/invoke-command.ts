import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type CliIO, type Command, exitStatus, UsageError, valued } from "@sightline/foundation/command-line";
import { numberOption, textOption } from "@sightline/foundation/option-values";
import type { InvocationResult, Session } from "@sightline/sdk";
import { type Sdk, SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { CliError } from "../errors.js";
import { showAnswer } from "../invoke/answer.js";
import { findInputs, type Input, type InputSource } from "../invoke/find-inputs.js";
import { modelUriOf, readLabels } from "../resources/models.js";

const HELP = `sightline invoke: ask an endpoint about a file, a URL or a folder

Usage
  sightline invoke ENDPOINT INPUT... [options]

INPUT is a file, a URL, or a folder: then all pictures and videos below it. A classifier's answer is shown as bars, a
detector's as a list of boxes, and on a terminal the picture above it; anything else as it came.

Options
  --top N              classes shown (default 5)
  --labels WHAT        class names in the order of their ids: a.json with a list, or names with commas (default: those
                       that "sightline train" or "deploy" left beside the model)
  --content-type TYPE  default: by the file's ending; application/x-image for pictures
  --accept TYPE        type of the answer (default: the endpoint's choice)
  --variant NAME       variant to ask (default: as the endpoint shares its traffic out)
  --out DIR            write each answer to a file in DIR instead; needed for a video that comes back
  --no-picture         no picture on the terminal
${SESSION_HELP.replace("the result as JSON", "an object a line for each input")}

Exit status 1 when any input failed; the others are answered all the same.

Examples
  sightline invoke drivers photo.jpg
  sightline invoke drivers https://example.com/photo.jpg --top 3
  sightline invoke drivers photos --json > answers.jsonl
  sightline invoke potholes drive.mp4 --accept video/mp4 --out out
`;

/** Asks an endpoint. */
export const INVOKE_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    ...valued("top", "labels", "content-type", "accept", "variant", "out"),
    "no-picture": { type: "boolean" },
  },
  async run(positionals, values, io) {
    const [endpoint, ...given] = positionals;
    if (endpoint === undefined || given.length === 0)
      throw new UsageError(`${endpoint === undefined ? "ENDPOINT" : "INPUT"} is missing.`);
    const top = numberOption(values, "top", { min: 1, whole: true }) ?? 5;
    const folder = textOption(values, "out");
    const type = textOption(values, "content-type");
    const accept = textOption(values, "accept");
    const targetVariant = textOption(values, "variant");
    const sources = await findInputs(given);
    if (folder !== undefined) await mkdir(folder, { recursive: true });
    return withSession(values, io, async (session, sdk) => {
      const labels = await labelsOf(session, endpoint, textOption(values, "labels"), io);
      let failed = 0;
      for (const source of sources) {
        const asked = await ask(source);
        if (asked === undefined) continue;
        const { input, answer } = asked;
        if (folder !== undefined) io.out(`${await save(folder, input, answer)}\n`);
        else await showAnswer(input, answer, { sdk, labels, top, values, io });
      }
      return failed === 0 ? exitStatus.ok : exitStatus.failed;

      async function ask(
        source: InputSource,
      ): Promise<{ input: Input; answer: InvocationResult } | undefined> {
        try {
          const input = await source.read(io.signal);
          const answer = await sdk.invokeEndpoint(session, endpoint!, input.body, {
            contentType: type ?? wireType(input.contentType),
            signal: io.signal,
            ...(accept !== undefined && { accept }),
            ...(targetVariant !== undefined && { targetVariant }),
          });
          return { input, answer };
        } catch (error) {
          if (io.signal.aborted || sources.length === 1 || !isOfOneInput(sdk, error)) throw error;
          failed += 1;
          const message = (error as Error).message;
          if (values.json === true) io.out(`${JSON.stringify({ input: source.name, error: message })}\n`);
          else io.err(`${source.name}: ${message}\n`);
          return undefined;
        }
      }
    });
  },
};

/** Whether the next input may fare better. */
function isOfOneInput(sdk: Sdk, error: unknown): boolean {
  return (
    error instanceof sdk.InvocationError ||
    error instanceof sdk.InvalidInputError ||
    error instanceof CliError
  );
}

/** What SageMaker's algorithms call a picture of any format. */
function wireType(contentType: string | undefined): string {
  if (contentType === undefined) return "application/octet-stream";
  return contentType.startsWith("image/") ? "application/x-image" : contentType;
}

async function labelsOf(
  session: Session,
  endpoint: string,
  given: string | undefined,
  io: CliIO,
): Promise<readonly string[] | undefined> {
  if (given === undefined) {
    const uri = await modelUriOf(session, endpoint, io.signal);
    return uri === undefined ? undefined : await readLabels(session, uri, io.signal);
  }
  if (!given.endsWith(".json")) return given.split(",").map((name) => name.trim());
  const labels: unknown = JSON.parse(await readFile(given, "utf8"));
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  throw new CliError(`${given} is no JSON list of class names.`);
}

const ENDINGS: Readonly<Record<string, string>> = {
  "application/json": ".json",
  "application/jsonlines": ".jsonl",
  "text/csv": ".csv",
  "video/mp4": ".mp4",
};

async function save(
  folder: string,
  { name }: Input,
  { body, contentType = "" }: InvocationResult,
): Promise<string> {
  const path = join(folder, `${basename(name)}${ENDINGS[contentType.split(";")[0]!] ?? ".out"}`);
  await writeFile(path, body);
  return path;
}
