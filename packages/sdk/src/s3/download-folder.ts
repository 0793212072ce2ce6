import { dirname, resolve, sep } from "node:path";
import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import pLimit from "p-limit";
import { checkInteger } from "../checks/numbers.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { runLimited } from "../wait/run-limited.js";
import { type DownloadEvent, type DownloadedFile, type DownloadOptions, download } from "./download-file.js";
import { listFiles } from "./list-files.js";
import { formatS3Uri, locate } from "./s3-uri.js";

/** How a folder is downloaded. */
export interface DownloadFolderOptions extends DownloadOptions {
  /** Files at a time, from 1 to 64. Default 4. */
  readonly concurrency?: number;
  /** Most files to write; protects the disk. Default 100,000. */
  readonly maxFiles?: number;
}

/**
 * Downloads every object of a folder. A key that would end up outside `folder` ("../"), and keys that would
 * become one file ("a/b" and "a//b") or a file and a folder of one name, are an error, thrown before anything
 * is written.
 *
 * @throws SdkError for keys that cannot be written below `folder`, and above `maxFiles`; what downloadFile() throws
 * @example
 * ```ts
 * const files = await downloadFolder(session, "s3://roads/out/", "out");
 * files.map(({ path }) => path); // ["/home/me/out/a_output.mp4"]
 * ```
 */
export function downloadFolder(
  session: Session,
  uri: string,
  folder: string,
  options: DownloadFolderOptions = {},
): LongWork<DownloadEvent, readonly DownloadedFile[]> {
  return longWork((signal, tell) => downloadAll(session, uri, folder, options, signal, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

async function downloadAll(
  session: Session,
  uri: string,
  folder: string,
  options: DownloadFolderOptions,
  signal: AbortSignal,
  tell: Tell<DownloadEvent>,
): Promise<readonly DownloadedFile[]> {
  const { concurrency = 4, maxFiles = 100_000 } = options;
  checkInteger("concurrency", concurrency, 1, 64);
  const { bucket, key } = locate(session, uri);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const root = resolve(folder);
  const wanted: { uri: string; path: string }[] = [];
  const places = createPlaces(root);
  for await (const object of listFiles(session, formatS3Uri({ bucket, key: prefix }), { signal })) {
    if (object.key.endsWith("/")) continue; // A marker that consoles leave for an empty folder.
    const path = resolve(root, ...object.key.slice(prefix.length).split("/"));
    if (!path.startsWith(root + sep)) {
      throw new SdkError(
        `${object.uri} would be written outside ${folder}. Download it with downloadFile().`,
      );
    }
    places.take(path, object.uri);
    wanted.push({ uri: object.uri, path });
    if (wanted.length > maxFiles) throw new SdkError(`${uri} has more files than maxFiles (${maxFiles}).`);
  }
  return runLimited(wanted, pLimit(concurrency), signal, (file, stop) =>
    download(session, file.uri, file.path, options, stop, tell),
  );
}

/** The files and folders that a download is to make. */
function createPlaces(root: string) {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const refuse = (uri: string, other: string | undefined) => {
    if (other === undefined) return;
    throw new SdkError(
      `${other} and ${uri} cannot both be written below ${root}: their names are one there. ` +
        "Download them with downloadFile().",
    );
  };
  return {
    /** @throws SdkError when the place is taken */
    take(path: string, uri: string): void {
      refuse(uri, files.get(path) ?? folders.get(path));
      files.set(path, uri);
      for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder)) {
        refuse(uri, files.get(folder));
        folders.set(folder, uri);
      }
    },
  };
}
