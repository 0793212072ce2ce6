import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { type ModelManifest, readManifest } from "@sightline/contract/manifest";
import { startWholeFile } from "@sightline/foundation/whole-file";
import { refuse } from "../checks/refuse.js";
import { InvalidInputError } from "../errors.js";
import { type TarSource, writeTar } from "./tar.js";

/** A model archive to write. */
export interface PackModelOptions {
  /** The archive to write. It appears when complete. */
  readonly output: string;
  /** The manifest at the root of the archive, by which `serve` knows what to do. */
  readonly manifest: ModelManifest;
  /**
   * Files by their name in the archive: a path, or the content itself. One path alone takes the name that
   * the manifest's `model` gives.
   */
  readonly files: string | Readonly<Record<string, string | Uint8Array>>;
  /** gzip level, 0 to 9. Default 1: weights hardly shrink, and a model is packed often. */
  readonly level?: number;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** A model archive that was written. */
export interface PackedModel {
  /** Absolute path of the archive. */
  readonly path: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** SHA-256 of the archive, hexadecimal. */
  readonly sha256: string;
}

const MANIFEST = "manifest.json";
/** RFC 1952: where the operating system stands in the header; 255 is "unknown", the same everywhere. */
const GZIP_OS_OFFSET = 9;

/**
 * Packs a model.tar.gz with its manifest. The same files give the same bytes (no dates, no owners, sorted),
 * under one version of Node.js: zlib itself changes between them.
 *
 * @throws InvalidInputError for a manifest that the container would refuse, in its words; when it names a file that is
 *   not there.
 * @example
 * await packModel({
 *   output: "out/model.tar.gz",
 *   manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
 *   files: "potholes.onnx",
 * });
 */
export async function packModel(options: PackModelOptions): Promise<PackedModel> {
  const { manifest, signal, level = 1 } = options;
  signal?.throwIfAborted();
  readManifest(manifest, refuse);
  const files = typeof options.files === "string" ? { [manifest.model]: options.files } : options.files;
  const named = Object.entries({
    ...files,
    [MANIFEST]: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
  });
  if (files[manifest.model] === undefined) {
    throw new InvalidInputError(
      "manifest.model",
      `one of the files (${Object.keys(files).join(", ")})`,
      manifest.model,
      "Name the ONNX file.",
    );
  }
  const sources: TarSource[] = [];
  for (const [name, file] of named.sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.startsWith("/") || name.split("/").includes("..") || name === "") {
      throw new InvalidInputError("files", "named by paths within the archive", name, "Leave out / and .. .");
    }
    if (typeof file === "string") sources.push({ name, path: file, bytes: (await stat(file)).size });
    else sources.push({ name, content: file });
  }
  const output = resolve(options.output);
  const file = await startWholeFile(output);
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (bytes <= GZIP_OS_OFFSET && bytes + chunk.length > GZIP_OS_OFFSET)
        chunk[GZIP_OS_OFFSET - bytes] = 255;
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      Readable.from(writeTar(sources)),
      createGzip({ level, strategy: constants.Z_DEFAULT_STRATEGY }),
      measure,
      async (archive: AsyncIterable<Uint8Array>) => {
        for await (const chunk of archive) await file.write(chunk);
      },
      ...(signal === undefined ? [] : [{ signal }]),
    );
    await file.commit();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    await file.discard();
  }
  return { path: output, bytes, sha256: hash.digest("hex") };
}
