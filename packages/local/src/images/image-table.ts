import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { AwsError } from "../errors.js";

/** The programs of an image, each as program and arguments. */
export interface ImagePrograms {
  /** What a training job runs. Without it the image cannot train. */
  readonly train?: readonly string[];
  /** What an endpoint's instance runs. Without it the image cannot serve. */
  readonly serve?: readonly string[];
  /** What a processing job runs that gives no entry point. Without it the image cannot process. */
  readonly process?: readonly string[];
}

/** Looks image URIs up. */
export interface ImageTable {
  /**
   * Command line of one program of an image.
   *
   * @throws AwsError ValidationException for an image that is not known here, or has no such program
   */
  command(uri: string, program: keyof ImagePrograms): readonly string[];
}

/** Accounts that hold the built-in algorithm, by region. Source: the AWS guide's registry paths. */
const BUILT_IN_ACCOUNTS: Readonly<Record<string, string>> = Object.fromEntries(
  `af-south-1 455444449433  ap-east-1 286214385809  ap-northeast-1 501404015308  ap-northeast-2 306986355934
  ap-northeast-3 867004704886  ap-south-1 991648021394  ap-south-2 628508329040  ap-southeast-1 475088953585
  ap-southeast-2 544295431143  ap-southeast-3 951798379941  ap-southeast-4 106583098589
  ca-central-1 469771592824  ca-west-1 190319476487  cn-north-1 390948362332  cn-northwest-1 387376663083
  eu-central-1 813361260812  eu-central-2 680994064768  eu-north-1 669576153137  eu-south-1 257386234256
  eu-south-2 104374241257  eu-west-1 685385470294  eu-west-2 644912444149  eu-west-3 749696950732
  il-central-1 898809789911  me-central-1 272398656194  me-south-1 249704162688  sa-east-1 855470959533
  us-east-1 811284229777  us-east-2 825641698319  us-gov-east-1 237065988967  us-gov-west-1 226302683700
  us-iso-east-1 490574956308  us-isob-east-1 765400339828  us-isof-east-1 108575199400
  us-isof-south-1 124985052026  us-west-1 632365934929  us-west-2 433757028032`
    .trim()
    .split(/\s{2,}|\n\s*/)
    .map((pair) => pair.split(" ") as [string, string]),
);

/** Whether a URI is the built-in image-classification image of some region. */
export function isBuiltInImage(uri: string): boolean {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z0-9.]+\/image-classification(?::[\w.-]+)?$/.exec(uri);
  return match !== null && BUILT_IN_ACCOUNTS[match[2]!] === match[1];
}

/** Repository of an image URI: without registry, tag and digest. */
export function repositoryOf(uri: string): string {
  return uri
    .replace(/^[^/]+\.[^/]+\//, "")
    .replace(/@sha256:.*$/, "")
    .replace(/:[^:/]*$/, "");
}

/**
 * Makes the table: the built-in image of every region and any repository whose name ends in
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
  const programsOf = (uri: string): ImagePrograms => {
    const named = images[uri] ?? images[repositoryOf(uri)];
    if (named !== undefined) return typeof named === "string" ? readPrograms(named) : named;
    if (isBuiltInImage(uri) || repositoryOf(uri).endsWith("sightline")) return ownPrograms();
    throw new AwsError(
      "ValidationException",
      `The image "${uri}" is not known to the local SageMaker. It knows the built-in image-classification image of every region, repositories whose name ends in "sightline", and those that its option "images" names.`,
    );
  };
  return {
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
