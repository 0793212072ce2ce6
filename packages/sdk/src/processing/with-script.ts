import { InvalidInputError } from "../errors.js";
import { uploadFiles } from "../s3/upload-files.js";
import { interpreterOf, type ScriptFiles, scriptFiles } from "../scripts/script-files.js";
import type { Session } from "../session.js";
import type { ProcessingInput } from "./processing-job.js";

/** The name of the input that is the script. */
const CODE = "code";
const FOLDER = `/opt/ml/processing/input/${CODE}`;

/** The inputs and the command of a job, its script uploaded where it has one. @throws InvalidInputError */
export async function withScript(
  session: Session,
  jobName: string,
  options: {
    readonly script?: ScriptFiles;
    readonly command?: readonly string[];
    readonly inputs?: Readonly<Record<string, ProcessingInput>>;
    readonly signal?: AbortSignal;
  },
): Promise<{
  readonly inputs: Readonly<Record<string, ProcessingInput>>;
  readonly command?: readonly string[];
}> {
  const { script, command, inputs = {}, signal } = options;
  if (script === undefined) return command === undefined ? { inputs } : { inputs, command };
  if (inputs[CODE] !== undefined) {
    throw new InvalidInputError(
      "inputs",
      `without "${CODE}", which is the script's`,
      CODE,
      "Name it otherwise.",
    );
  }
  const { entry, files } = await scriptFiles(script);
  const runs = command ?? [interpreterOf(entry)];
  const place = `processing/${jobName}/${CODE}/`;
  const kept = new Set(files.map(({ path }) => path));
  const source = typeof script === "string" ? script : script.folder;
  const { uri } = await uploadFiles(session, source, place, {
    filter: (path) => kept.has(path),
    ...(signal === undefined ? {} : { signal }),
  });
  // Of one file the object's own URI comes back; its folder is the input.
  const folder = uri.slice(0, uri.lastIndexOf("/") + 1);
  return {
    inputs: { ...inputs, [CODE]: { uri: folder, path: FOLDER } },
    command: [...runs, `${FOLDER}/${entry}`],
  };
}
