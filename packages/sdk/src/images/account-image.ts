import type { SendOptions } from "../aws/send-request.js";
import type { Session } from "../session.js";
import { type ContainerImage, containerImage } from "./container-image.js";
import { registryDomain } from "./registry-domain.js";

/**
 * Names an image in the registry (ECR) of the session's own account and region.
 *
 * @param repository with its tag or digest, for example `sightline:1.0`
 * @throws AwsRequestError when the account cannot be looked up
 * @example
 * await accountImage(session, "sightline:1.0")
 * // { uri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sightline:1.0", ... }
 */
export async function accountImage(
  session: Session,
  repository: string,
  options?: SendOptions,
): Promise<ContainerImage> {
  const account = await session.account(options);
  return containerImage(
    `${account}.dkr.ecr.${session.region}.${registryDomain(session.region)}/${repository}`,
  );
}
