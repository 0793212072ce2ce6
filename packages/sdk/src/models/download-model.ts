import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { temporaryName } from "@sightline/foundation/temporary-name";
import { type DownloadEvent, type DownloadOptions, downloadFile } from "../s3/download-file.js";
import type { Session } from "../session.js";
import { passOn } from "../wait/pass-on.js";
import { type ExtractedFile, type ExtractOptions, extractArchive } from "./extract-archive.js";
import type { ModelArtifact } from "./model.js";

/** How a model is downloaded and unpacked. */
export type DownloadModelOptions = Omit<DownloadOptions, "maxBytes"> &
  ExtractOptions & {
    /** Largest archive to download, in bytes. Default 5 GiB. */
    readonly maxArchiveBytes?: number;
  };

/**
 * Downloads a model.tar.gz and unpacks it safely.
 *
 * @param folder must not exist yet; it appears complete
 * @throws ArchiveError when it is no such archive, or an unsafe one
 * @example
 * ```ts
 * const files = await downloadModel(session, training.model, "out/model");
 * files.map(({ name }) => name); // ["manifest.json", "model.onnx"]
 * ```
 */
export function downloadModel(
  session: Session,
  model: ModelArtifact | string,
  folder: string,
  options: DownloadModelOptions = {},
): LongWork<DownloadEvent, readonly ExtractedFile[]> {
  return longWork((signal, tell) => download(session, model, folder, { ...options, signal }, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

async function download(
  session: Session,
  model: ModelArtifact | string,
  folder: string,
  options: DownloadModelOptions,
  tell: Tell<DownloadEvent>,
): Promise<readonly ExtractedFile[]> {
  const uri = typeof model === "string" ? model : model.uri;
  const archive = temporaryName(`${resolve(folder)}.tar.gz`);
  const { maxArchiveBytes = 5 * 1024 ** 3, maxBytes, maxEntries, ...rest } = options;
  try {
    await passOn(downloadFile(session, uri, archive, { ...rest, maxBytes: maxArchiveBytes }), tell);
    return await extractArchive(archive, folder, {
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(maxEntries === undefined ? {} : { maxEntries }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } finally {
    await rm(archive, { force: true });
  }
}
