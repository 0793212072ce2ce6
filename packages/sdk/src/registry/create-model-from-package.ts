import { call, isAlreadyExisting, orUndefined } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { type NetworkOptions, toVpcConfig } from "../aws/network-options.js";
import { fingerprint, nameWith } from "../checks/fingerprint.js";
import { toTagList } from "../checks/tags.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import type { ModelPackage } from "./model-package.js";

/** What a model of a registered version is made with. */
export interface PackagedModelOptions {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly role?: string | undefined;
  readonly network?: NetworkOptions | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly raw?: RawParameters | undefined;
}

/** Makes a model of an approved version, or finds the one that was made of it before. */
export async function createModelFromPackage(
  session: Session,
  prefix: string,
  { arn, approval, group, version }: ModelPackage,
  { environment, role, network, tags, signal, raw }: PackagedModelOptions,
): Promise<{ readonly name: string; readonly created: boolean }> {
  if (approval !== "Approved") {
    throw new InvalidInputError(
      "model",
      "an approved version",
      `${group} ${version}, ${approval}`,
      "Call approveModel() first.",
    );
  }
  const name = nameWith(prefix, fingerprint({ arn, environment, role, network, raw }));
  const found = () =>
    orUndefined(call(session, "sagemaker", "DescribeModel", { ModelName: name }, { signal }));
  if ((await found()) !== undefined) return { name, created: false };
  const container = {
    ModelPackageName: arn,
    ...(environment === undefined ? {} : { Environment: { ...environment } }),
  };
  const request = {
    ModelName: name,
    ExecutionRoleArn: role ?? (await session.role({ signal })),
    Containers: [container],
    ...(network === undefined ? {} : { VpcConfig: toVpcConfig(network) }),
    Tags: toTagList(session, tags),
  };
  try {
    await call(session, "sagemaker", "CreateModel", request, { signal, raw });
    return { name, created: true };
  } catch (error) {
    // Our own request, sent again by the AWS client.
    if (!isAlreadyExisting(error) || (await found()) === undefined) throw error;
    return { name, created: true };
  }
}
