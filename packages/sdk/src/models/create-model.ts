import { call, isAccessDenied, isAlreadyExisting, orUndefined } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { type NetworkOptions, toVpcConfig } from "../aws/network-options.js";
import { fingerprint, nameWith } from "../checks/fingerprint.js";
import { checkImageUri, checkResourceName } from "../checks/names.js";
import { checkEnvironment } from "../checks/numbers.js";
import { toTagList } from "../checks/tags.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import { headObject } from "../s3/head-object.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import type { Model, ModelArtifact } from "./model.js";

/** A model to make. */
export interface CreateModelOptions {
  /** The serving image and, unless the image holds it, the artefact. */
  readonly model:
    | ModelArtifact
    | {
        /** URI of the serving image. */
        readonly image: string;
        /** S3 URI of the model.tar.gz. Default: the image holds the model. */
        readonly uri?: string;
      };
  /** Default: made of `model` or the training job's name, and a digest of image, artefact and environment. */
  readonly name?: string;
  /** Environment variables of the container: at most 100, values up to 1,024 characters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the session's. */
  readonly role?: string;
  /** Subnets and security groups of the containers. Default: SageMaker's own network. */
  readonly network?: NetworkOptions;
  /**
   * `model.uri` is a folder of archives, of which invokeEndpoint() names one in `targetModel`; each is loaded when it is
   * asked for first. Default false.
   */
  readonly multiModel?: boolean;
  /** Cut the container off from the network. Default false. */
  readonly isolated?: boolean;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Raw parameters of CreateModel. */
  readonly aws?: RawParameters | undefined;
}

/**
 * Makes a model of an artefact, or gives back the one made of the same before.
 *
 * @throws ResourceConflictError when `name` is taken by a model with another image or artefact.
 * @example
 * ```ts
 * const model = await createModel(session, { model: training.model });
 * console.log(model.name, model.created); // "drivers-1-0f3a5b8c1d2e" true
 * ```
 */
export async function createModel(session: Session, options: CreateModelOptions): Promise<Model> {
  const { model, signal, environment } = options;
  signal?.throwIfAborted();
  checkImageUri("model.image", model.image);
  if (model.uri !== undefined) parseS3Uri(model.uri, "model.uri");
  if (options.multiModel && !model.uri?.endsWith("/")) {
    throw new InvalidInputError(
      "model.uri",
      "a folder, which ends in /, with multiModel",
      model.uri,
      "Give the folder of the archives.",
    );
  }
  checkEnvironment("environment", environment);
  if (options.name !== undefined) checkResourceName("name", options.name);
  const prefix =
    "trainingJobName" in model && model.trainingJobName !== undefined ? model.trainingJobName : "model";
  const mark = await modelFingerprint(session, options);
  const name = options.name ?? nameWith(prefix, mark);
  const known = await findModel(session, name, options);
  if (known !== undefined) return known;
  const request = {
    ModelName: name,
    ExecutionRoleArn: options.role ?? (await session.role({ signal })),
    PrimaryContainer: {
      Image: model.image,
      ...(model.uri === undefined ? {} : { ModelDataUrl: model.uri }),
      ...(options.multiModel ? { Mode: "MultiModel" as const } : {}),
      ...(environment === undefined ? {} : { Environment: { ...environment } }),
    },
    ...(options.network === undefined ? {} : { VpcConfig: toVpcConfig(options.network) }),
    ...(options.isolated ? { EnableNetworkIsolation: true } : {}),
    Tags: toTagList(session, options.tags),
  };
  try {
    const { ModelArn = "" } = await call(session, "sagemaker", "CreateModel", request, {
      signal,
      raw: options.aws,
    });
    return { kind: "model", name, arn: ModelArn, image: model.image, artifactUri: model.uri, created: true };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    const made = await findModel(session, name, options);
    if (made === undefined) throw error;
    return made;
  }
}

/**
 * A digest of everything a model is made of. The artefact's ETag is part of it, so that an artefact
 * replaced under the same URI makes another model.
 */
export async function modelFingerprint(
  session: Session,
  options: Pick<
    CreateModelOptions,
    "model" | "environment" | "network" | "isolated" | "multiModel" | "aws" | "signal" | "role"
  >,
): Promise<string> {
  const { model, environment, network, isolated, multiModel, aws, role, signal } = options;
  // A folder's archives come and go without another model.
  const isOne = model.uri !== undefined && !multiModel;
  const etag = isOne ? await artifactTag(session, model.uri!, signal) : undefined;
  const { image, uri } = model;
  return fingerprint({ image, uri, etag, environment, network, isolated, multiModel, aws, role });
}

async function artifactTag(
  session: Session,
  uri: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let head: Awaited<ReturnType<typeof headObject>>;
  try {
    head = await headObject(session, uri, { signal });
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    // SageMaker's role may read what this caller may not; then the URI alone stands for the content.
    session.logger?.warn(`${uri} may not be read from here, so a replaced artefact goes unnoticed.`);
    return undefined;
  }
  if (head === undefined) {
    throw new InvalidInputError(
      "model.uri",
      "the URI of an artefact that exists",
      uri,
      "Train a model, or upload one first.",
    );
  }
  return head.etag;
}

async function findModel(
  session: Session,
  name: string,
  { model, signal }: CreateModelOptions,
): Promise<Model | undefined> {
  const found = await orUndefined(
    call(session, "sagemaker", "DescribeModel", { ModelName: name }, { signal }),
  );
  if (found === undefined) return undefined;
  const image = found.PrimaryContainer?.Image ?? "";
  const artifactUri = found.PrimaryContainer?.ModelDataUrl;
  if (image !== model.image || artifactUri !== model.uri) {
    throw new ResourceConflictError(
      name,
      `Model ${name} exists already, of ${artifactUri ?? "no artefact"} in ${image}. Choose another name, or deleteModel() first.`,
    );
  }
  return { kind: "model", name, arn: found.ModelArn ?? "", image, artifactUri, created: false };
}
