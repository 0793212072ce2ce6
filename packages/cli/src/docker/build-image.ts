import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeContext } from "../context/make-context.js";
import { type PlatformName, platformOf } from "../context/platform.js";
import { CliError } from "../errors.js";
import { docker } from "./docker.js";
import { sealImage } from "./seal-image.js";

/** What to build. */
export interface BuildOptions {
  /** Name and tag. */
  readonly tag: string;
  readonly platform: PlatformName;
  /** Image with Node.js, and for `cuda` with CUDA, to build on. Default: the Dockerfile's. */
  readonly base?: string;
  /** Whether ONNX Runtime's CUDA provider goes in. */
  readonly cuda: boolean;
  /** The time that files and image carry, in seconds since 1970: SOURCE_DATE_EPOCH of reproducible-builds.org. */
  readonly sourceDate: number;
  /** Network of the build's steps, as `docker build --network` has it. */
  readonly network?: string;
  /** Told each line of Docker's progress. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A built image. */
export interface BuiltImage {
  readonly tag: string;
  readonly platform: PlatformName;
  /** `sha256:...`, the digest of the image's configuration, which names all layers: the same for the same inputs. */
  readonly id: string;
  /** Uncompressed size in bytes. */
  readonly bytes: number;
  /** npm packages in it. */
  readonly packages: number;
}

/** Builds the image of the container's programs. @throws CliError when the engine does not answer or the build fails */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const { tag, platform, base, cuda, sourceDate, network, onLine, signal } = options;
  await docker(["version", "--format", "{{.Server.Version}}"], { signal }).catch((cause: Error) => {
    throw new CliError(`No Docker engine answers. ${cause.message}`, { cause });
  });
  const scratch = await mkdtemp(join(tmpdir(), "sightline-image-"));
  try {
    const context = join(scratch, "context");
    await mkdir(context);
    const { packages, hasFfmpeg } = await makeContext(context, platformOf(platform));
    const given = [
      ...(base === undefined ? [] : ["--build-arg", `BASE=${base}`]),
      "--build-arg",
      `SOURCE_DATE_EPOCH=${sourceDate}`,
      ...(network === undefined ? [] : ["--network", network]),
      ...(platform === hostPlatform() ? [] : ["--platform", platform]),
    ];
    const target = cuda ? "cuda" : hasFfmpeg ? "programs" : "debian-ffmpeg";
    await docker(["build", "--target", target, ...given, "--tag", tag, context], {
      onLine,
      signal,
    });
    const id = await sealImage(tag, sourceDate, scratch, signal);
    const bytes = Number(await docker(["image", "inspect", "--format", "{{.Size}}", id], { signal }));
    return { tag, platform, id, bytes, packages };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The platform of an engine on this machine: one on a Mac or on Windows runs Linux on the same processor. */
export function hostPlatform(): PlatformName {
  return process.arch === "arm64" ? "linux/arm64" : "linux/amd64";
}
