import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { type DownloadOptions, downloadFile } from "../s3/download-file.js";
import type { Session } from "../session.js";
import { type ExtractedFile, type ExtractOptions, extractArchive } from "./extract-archive.js";
import type { ModelArtifact } from "./model.js";

export type DownloadModelOptions = Omit<DownloadOptions, "maxBytes"> &
  ExtractOptions & {
    /** Largest archive to download, in bytes. Default 5 GiB. */
    readonly maxArchiveBytes?: number;
  };

/**
 * Downloads a model.tar.gz and unpacks it safely.
 *
 * @param folder must not exist yet; it appears complete
 */
export async function downloadModel(
  session: Session,
  model: ModelArtifact | string,
  folder: string,
  options: DownloadModelOptions = {},
): Promise<readonly ExtractedFile[]> {
  const uri = typeof model === "string" ? model : model.uri;
  const archive = `${resolve(folder)}.tar.gz.partial`;
  const { maxArchiveBytes = 5 * 1024 ** 3, maxBytes, maxEntries, ...download } = options;
  try {
    await downloadFile(session, uri, archive, { ...download, maxBytes: maxArchiveBytes });
    return await extractArchive(archive, folder, {
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(maxEntries === undefined ? {} : { maxEntries }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } finally {
    await rm(archive, { force: true });
  }
}
