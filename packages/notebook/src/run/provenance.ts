import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { packageVersion } from "../package-root.js";

/** Where a result came from, kept in the notebook's metadata under `sightline`. */
export interface Provenance {
  /** This package and its version. */
  readonly runner: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Operating system and processor. */
  readonly platform: string;
  /** The notebook that was run. */
  readonly source: {
    /** Its path as given. */
    readonly path: string;
    /** Hash of its bytes, hexadecimal. */
    readonly sha256: string;
  };
  /** Commit of the notebook's repository; absent outside of one. */
  readonly commit?: {
    /** Full id, hexadecimal. */
    readonly id: string;
    /** Whether something was changed since. */
    readonly dirty: boolean;
  };
  /** CodeBuild's build, when it is one. */
  readonly build?: string;
}

/** Longest time to wait for git, in milliseconds; a repository on a stalled disk must not hold up a run. */
const gitTimeoutMs = 5_000;

/** Gathers provenance of a notebook file that lies in `folder`. */
export async function gatherProvenance(path: string, folder: string): Promise<Provenance> {
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const commit = await findCommit(folder);
  const build = process.env.CODEBUILD_BUILD_ID;
  return {
    runner: `@sightline/notebook ${packageVersion()}`,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    source: { path, sha256 },
    ...(commit === undefined ? {} : { commit }),
    ...(build === undefined ? {} : { build }),
  };
}

async function findCommit(cwd: string): Promise<Provenance["commit"]> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("git", args, { cwd, timeout: gitTimeoutMs });
    return stdout.trim();
  };
  try {
    const [id, status] = await Promise.all([
      git("rev-parse", "HEAD"),
      git("--no-optional-locks", "status", "--porcelain", "--untracked-files=no"),
    ]);
    return { id, dirty: status !== "" };
  } catch {
    // No git, no repository, or a source archive: CodeBuild still knows the version.
    const id = process.env.CODEBUILD_RESOLVED_SOURCE_VERSION;
    return id === undefined ? undefined : { id, dirty: false };
  }
}
