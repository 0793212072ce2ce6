import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { builtInAlgorithmOf, builtInAlgorithms } from "@sightline/contract/built-in-algorithms";
import { AwsError } from "../errors.js";
import { isFrameworkImage } from "./framework-image.js";
import { repositoryOf } from "./repository.js";

/** The programs of an image, each as program and arguments. */
export interface ImagePrograms {
  /** What a training job runs. Without it the image cannot train. */
  readonly train?: readonly string[];
  /** What an endpoint's instance runs. Without it the image cannot serve. */
  readonly serve?: readonly string[];
  /** What a processing job runs that gives no entry point. Without it the image cannot process. */
  readonly process?: readonly string[];
  /**
   * True for an image that trains by the job's own script (script mode): Python's or Node.js' by the end of its name, run
   * by those of this machine. Default: only AWS's framework images do.
   */
  readonly scripts?: boolean;
}

/** A program of the container contract. */
export type ProgramName = Exclude<keyof ImagePrograms, "scripts">;

/** Looks image URIs up. */
export interface ImageTable {
  /**
   * Command line of one program of an image.
   *
   * @throws AwsError ValidationException for an image that is not known here, or has no such program
   */
  command(uri: string, program: ProgramName): readonly string[];
  /** Whether an image is known. */
  knows(uri: string): boolean;
  /** Whether an image runs the scripts that jobs bring. */
  runsScripts(uri: string): boolean;
}

/**
 * Makes the table: the built-in images of every region and any repository whose name ends in
 * `sightline` stand for our own container; `images` adds others by URI or repository, each with
 * command lines or with the folder of a package that lists its programs under `sightline.programs`.
 */
export function createImageTable(images: Readonly<Record<string, ImagePrograms | string>> = {}): ImageTable {
  let own: ImagePrograms | undefined;
  const ownPrograms = () => {
    const require = createRequire(import.meta.url);
    own ??= readPrograms(path.dirname(require.resolve("@sightline/container/package.json")));
    return own;
  };
  const isOwn = (uri: string) => repositoryOf(uri).endsWith("sightline");
  const programsOf = (uri: string): ImagePrograms => {
    const named = images[uri] ?? images[repositoryOf(uri)];
    if (named !== undefined) return typeof named === "string" ? readPrograms(named) : named;
    const algorithm = builtInAlgorithmOf(uri);
    if (algorithm !== undefined) {
      // One program trains both; what it is to train is said by the image.
      const { train, ...others } = ownPrograms();
      return train === undefined ? others : { ...others, train: [...train, algorithm] };
    }
    if (isOwn(uri)) return ownPrograms();
    if (isFrameworkImage(uri)) {
      throw new AwsError(
        "ValidationException",
        `The image "${uri}" only trains here, by the script that the job brings: give it sagemaker_program and sagemaker_submit_directory, as the entry_point of an SDK's estimator does.`,
      );
    }
    throw new AwsError(
      "ValidationException",
      `The image "${uri}" is not known to the local SageMaker. It knows the built-in images ${builtInAlgorithms.join(" and ")} of every region, repositories whose name ends in "sightline", AWS's framework images for jobs that bring a script, those that its option "images" names, and on Linux those that Docker has.`,
    );
  };
  return {
    runsScripts(uri) {
      const named = images[uri] ?? images[repositoryOf(uri)];
      return named === undefined
        ? isFrameworkImage(uri)
        : typeof named === "object" && named.scripts === true;
    },
    knows: (uri) =>
      builtInAlgorithmOf(uri) !== undefined ||
      isOwn(uri) ||
      isFrameworkImage(uri) ||
      (images[uri] ?? images[repositoryOf(uri)]) !== undefined,
    command(uri, program) {
      const command = programsOf(uri)[program];
      if (command === undefined) {
        throw new AwsError(
          "ValidationException",
          `The image "${uri}" has no program "${program}" on this machine.`,
        );
      }
      const script = command.find((part) => /\.[cm]?js$/.test(part) && path.isAbsolute(part));
      if (script !== undefined && !existsSync(script)) {
        throw new AwsError(
          "ValidationException",
          `The program "${program}" of the image "${uri}" is not built: ${script} does not exist.`,
        );
      }
      return command;
    },
  };
}

function readPrograms(folder: string): ImagePrograms {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    sightline?: { programs?: Record<string, string> };
  };
  const programs = manifest.sightline?.programs;
  if (programs === undefined) {
    throw new AwsError(
      "ValidationException",
      `${folder}/package.json names no programs under sightline.programs.`,
    );
  }
  const command = (name: string) => {
    const file = programs[name];
    return file === undefined ? {} : { [name]: [process.execPath, path.join(folder, file)] };
  };
  return { ...command("train"), ...command("serve"), ...command("process") };
}
