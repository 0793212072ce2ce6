import { randomUUID } from "node:crypto";
import { call, isAlreadyExisting } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { checkImageUri, checkResourceName } from "../checks/names.js";
import { checkEnvironment } from "../checks/numbers.js";
import { toTagList } from "../checks/tags.js";
import { InvalidInputError } from "../errors.js";
import type { ModelArtifact } from "../models/model.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { describePackage, type ModelApproval, type ModelPackage } from "./model-package.js";

/** A version of a model to register. */
export interface RegisterModelOptions {
  /** Its group, which is made when it is not there: 1 to 63 letters, digits and hyphens. */
  readonly group: string;
  /** A training job's result, or an uploaded artefact. */
  readonly model: ModelArtifact;
  /** Environment of the container. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default `PendingManualApproval`: it cannot be deployed until approveModel(). */
  readonly approval?: ModelApproval;
  /** At most 1,024 characters. Default: none. */
  readonly description?: string;
  /** Figures and words to be kept with it, for example `{ accuracy: 0.91 }`; at most 50, 256 characters each. */
  readonly metadata?: Readonly<Record<string, string | number>>;
  /** Media types that it takes. Default `application/x-image`. */
  readonly contentTypes?: readonly string[];
  /** Media types that it answers with. Default `application/json`. */
  readonly responseTypes?: readonly string[];
  /** Tags of a group that is made, beside the session's; at most 40. AWS takes none of a version. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateModelPackage. */
  readonly aws?: RawParameters;
}

/**
 * Registers a model as the next version of its group.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy
 * @example
 * ```ts
 * const version = await registerModel(session, {
 *   group: "drivers", model: training.model, metadata: training.finalMetrics,
 * });
 * console.log(version.version, version.approval); // 3 "PendingManualApproval"
 * ```
 */
export async function registerModel(session: Session, options: RegisterModelOptions): Promise<ModelPackage> {
  const { group, model, environment, metadata = {}, signal } = options;
  signal?.throwIfAborted();
  checkResourceName("group", group);
  checkImageUri("model.image", model.image);
  parseS3Uri(model.uri, "model.uri");
  checkEnvironment("environment", environment);
  const entries = Object.entries(metadata).map(([key, value]) => [key, String(value)] as const);
  if (entries.length > 50) {
    throw new InvalidInputError("metadata", "at most 50 entries", entries.length, "Leave some out.");
  }
  for (const [key, value] of entries) {
    if (value.length <= 256) continue;
    throw new InvalidInputError(
      `metadata.${key}`,
      "at most 256 characters",
      value.length,
      "Shorten the value.",
    );
  }
  await ensureGroup(session, options);
  const { ModelPackageArn = "" } = await call(
    session,
    "sagemaker",
    "CreateModelPackage",
    {
      ModelPackageGroupName: group,
      // The same request, sent again by the AWS client, makes no second version.
      ClientToken: randomUUID(),
      ModelApprovalStatus: options.approval ?? ("PendingManualApproval" as const),
      ...(options.description === undefined ? {} : { ModelPackageDescription: options.description }),
      ...(entries.length === 0 ? {} : { CustomerMetadataProperties: Object.fromEntries(entries) }),
      InferenceSpecification: {
        Containers: [
          {
            Image: model.image,
            ModelDataUrl: model.uri,
            ...(environment === undefined ? {} : { Environment: { ...environment } }),
          },
        ],
        SupportedContentTypes: [...(options.contentTypes ?? ["application/x-image"])],
        SupportedResponseMIMETypes: [...(options.responseTypes ?? ["application/json"])],
      },
    },
    { signal, raw: options.aws },
  );
  return describePackage(session, ModelPackageArn, signal);
}

async function ensureGroup(session: Session, { group, tags, signal }: RegisterModelOptions): Promise<void> {
  const request = { ModelPackageGroupName: group, Tags: toTagList(session, tags) };
  try {
    await call(session, "sagemaker", "CreateModelPackageGroup", request, { signal });
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
  }
}
