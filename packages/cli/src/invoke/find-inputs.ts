import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { contentTypeOf } from "@sightline/foundation/content-type";
import { CliError } from "../errors.js";

/** Something to send to an endpoint. */
export interface Input {
  /** A path, or a URL. */
  readonly name: string;
  /** Content type by its ending, or by what the server said; undefined when neither tells. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** Where an input is; it is read when its turn comes. */
export interface InputSource {
  readonly name: string;
  read(signal: AbortSignal): Promise<Input>;
}

/** Largest body that is fetched from a URL: SageMaker's limit of a request. Protects memory. */
const MOST_FETCHED_BYTES = 6_291_456;

/** Files, URLs, and all pictures and videos below folders, in the order given, those of a folder by name. @throws CliError */
export async function findInputs(given: readonly string[]): Promise<InputSource[]> {
  const sources: InputSource[] = [];
  for (const place of given) {
    if (/^https?:\/\//i.test(place))
      sources.push({ name: place, read: (signal) => fetchInput(place, signal) });
    else sources.push(...(await filesAt(place)).map(fileSource));
  }
  return sources;
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file or folder" : cause.message;
    throw new CliError(`${path}: ${why}. INPUT is a file, a folder or a URL.`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^(image|video)\//.test(contentTypeOf(entry.name) ?? ""))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new CliError(`${path} has no picture or video in it.`);
  return files;
}

function fileSource(path: string): InputSource {
  return {
    name: path,
    read: async (signal) => ({
      name: path,
      contentType: contentTypeOf(path),
      body: await readFile(path, { signal }),
    }),
  };
}

async function fetchInput(url: string, signal: AbortSignal): Promise<Input> {
  const response = await fetch(url, { signal }).catch((cause: Error) => {
    signal.throwIfAborted();
    throw new CliError(
      `${url} cannot be fetched: ${(cause.cause as Error | undefined)?.message ?? cause.message}`,
      { cause },
    );
  });
  if (!response.ok) throw new CliError(`${url} answers ${response.status} ${response.statusText}.`);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_FETCHED_BYTES)
      throw new CliError(`${url} has more than ${MOST_FETCHED_BYTES} bytes, SageMaker's limit of a request.`);
    pieces.push(piece);
  }
  const told = response.headers.get("content-type")?.split(";")[0]?.trim();
  const contentType = contentTypeOf(basename(new URL(url).pathname)) ?? told;
  return { name: url, contentType, body: Buffer.concat(pieces) };
}
