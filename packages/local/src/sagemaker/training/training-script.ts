import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { unpackArchive } from "@sightline/foundation/unpack-archive";
import type { Cloud } from "../../cloud.js";
import type { ContainerCommand } from "../../containers/container.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../objects/objects.js";
import { interpreterOf } from "../../scripts/interpreter.js";
import { localiseScripts } from "../../scripts/local-script.js";
import { decoded, scriptEnvironment } from "../../scripts/script-environment.js";
import { hostName } from "../jobs/start-host.js";
import type { TrainingRequest } from "./job.js";

/** The script that a job brings, as SDKs send it to the framework images. */
export interface TrainingScript {
  /** Its path in the archive. */
  readonly program: string;
  /** S3 URI of the archive. */
  readonly source: string;
}

/**
 * The script of a job in script mode; undefined for another.
 *
 * @throws AwsError ValidationException for a script that cannot be run here
 */
export function trainingScript(request: TrainingRequest): TrainingScript | undefined {
  const { sagemaker_program: name, sagemaker_submit_directory: directory } = request.HyperParameters ?? {};
  if (name === undefined || request.AlgorithmSpecification.ContainerEntrypoint !== undefined)
    return undefined;
  const program = String(decoded(name));
  const source = String(decoded(directory ?? ""));
  interpreterOf(program);
  if (path.posix.isAbsolute(program) || program.split("/").includes("..")) {
    throw new AwsError(
      "ValidationException",
      `sagemaker_program must be a path in the archive, not "${program}".`,
    );
  }
  if (!source.startsWith("s3://")) {
    throw new AwsError(
      "ValidationException",
      `sagemaker_submit_directory must be the s3:// URI of an archive here, not "${source}".`,
    );
  }
  return { program, source };
}

/** @throws AwsError ValidationException when the archive is not there */
export async function checkScript(cloud: Cloud, request: TrainingRequest): Promise<void> {
  const script = trainingScript(request);
  if (script === undefined || (await cloud.objects.find(parseS3Uri(script.source))) !== undefined) return;
  throw new AwsError(
    "ValidationException",
    `The archive "${script.source}" of sagemaker_submit_directory does not exist.`,
  );
}

/** Unpacks the archive below the root's `code`, where the framework images have it. */
export async function provideScript(cloud: Cloud, { source }: TrainingScript, root: string): Promise<void> {
  const object = await cloud.objects.find(parseS3Uri(source));
  if (object === undefined) throw new Error(`The archive "${source}" is gone.`);
  const folder = path.join(root, "code");
  await mkdir(folder, { recursive: true });
  const file = path.join(root, ".source.tar.gz");
  await object.saveAs(file);
  await unpackArchive(file, folder);
  await rm(file);
  await localiseScripts(folder, root);
}

/** How a host's script is run. */
export function hostScript(
  request: TrainingRequest,
  { program, source }: TrainingScript,
  root: string,
  host: number,
  hosts: number,
): NonNullable<ContainerCommand["script"]> {
  const told = scriptEnvironment({
    root,
    jobName: request.TrainingJobName,
    script: program,
    source,
    hyperparameters: request.HyperParameters ?? {},
    channels: (request.InputDataConfig ?? []).map(({ ChannelName }) => ChannelName),
    hosts: Array.from({ length: hosts }, (_, index) => hostName(index)),
    host: hostName(host),
    instanceType: request.ResourceConfig?.InstanceType ?? "",
  });
  return { program, ...told };
}

/** What the containers of a training job run. */
export function trainingCommand(request: TrainingRequest): ContainerCommand {
  const { AlgorithmSpecification: algorithm } = request;
  const script = trainingScript(request);
  return {
    // Looked at when the job was made.
    image: algorithm.TrainingImage!,
    program: "train",
    entrypoint: algorithm.ContainerEntrypoint,
    args: algorithm.ContainerArguments,
    ...(script === undefined ? {} : { script: { program: script.program, args: [], env: {} } }),
  };
}
