import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { InvalidInputError } from "../errors.js";
import { writeTar } from "../models/tar.js";
import { locate } from "../s3/s3-uri.js";
import { writeObject } from "../s3/write-object.js";
import type { Session } from "../session.js";
import { type ScriptFiles, scriptFiles } from "./script-files.js";

/** A training script that is in S3 with all beside it. Plain data. */
export interface UploadedScript {
  readonly kind: "script";
  /** Path of the script in the archive. */
  readonly program: string;
  /** S3 URI of the archive. */
  readonly uri: string;
}

/** How a script is uploaded. */
export interface UploadScriptOptions {
  /** S3 folder. Default: `code/` in the session's bucket. */
  readonly destination?: string;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** Code is read into memory; what is larger is data, and belongs into a channel. */
const MAX_BYTES = 100 * 2 ** 20;

/**
 * Packs a script, alone or with the folder around it, as SageMaker's framework images take it, and uploads it: what
 * scriptAlgorithm() takes. Equal files are one object. Hidden files and `node_modules` stay behind.
 *
 * @throws InvalidInputError when the script is not there, or its folder has more than 100 MiB
 * @example
 * ```ts
 * const script = await uploadScript(session, { folder: "src", entry: "train.py" });
 * console.log(script.program); // "train.py"
 * ```
 */
export async function uploadScript(
  session: Session,
  script: ScriptFiles,
  options: UploadScriptOptions = {},
): Promise<UploadedScript> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { entry, files } = await scriptFiles(script);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_BYTES) {
    const remedy = "Leave data out and give it as a channel.";
    throw new InvalidInputError("script", `of at most ${MAX_BYTES} bytes (100 MiB)`, bytes, remedy);
  }
  const pieces: Uint8Array[] = [];
  const sources = files.map((file) => ({ name: file.path, path: file.absolute, bytes: file.bytes }));
  for await (const piece of writeTar(sources)) pieces.push(piece);
  const archive = Buffer.concat(pieces);
  const digest = createHash("sha256").update(archive).digest("hex").slice(0, 16);
  const { bucket, key } = locate(session, options.destination ?? "code/", "destination");
  const place = `s3://${bucket}/${key.replace(/\/*$/, key === "" ? "" : "/")}${digest}/sourcedir.tar.gz`;
  const content = await promisify(gzip)(archive);
  const uri = await writeObject(session, place, content, {
    ...(signal === undefined ? {} : { signal }),
    contentType: "application/gzip",
  });
  return { kind: "script", program: entry, uri };
}
