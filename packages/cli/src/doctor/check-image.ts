import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import { refusalOf } from "../aws/explain-refusal.js";
import { type Finding, notSeen } from "./finding.js";

/** An image in Amazon ECR: whether it is there. */
export async function checkImage(uri: string, signal: AbortSignal): Promise<Finding> {
  const check = "image";
  const [, registryId, region, repositoryName, tag, digest] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      uri,
    ) ?? [];
  if (repositoryName === undefined || region === undefined || registryId === undefined) {
    const remedy = 'SageMaker takes images from Amazon ECR alone: "sightline image push" prints the URI.';
    return { check, status: "failed", detail: `"${uri}" is no URI of Amazon ECR`, remedy };
  }
  const ecr = await import("@aws-sdk/client-ecr");
  const client = withoutNodeVersionWarning(() => new ecr.ECRClient({ region }));
  const imageIds = [digest === undefined ? { imageTag: tag ?? "latest" } : { imageDigest: digest }];
  try {
    const found = await client.send(new ecr.DescribeImagesCommand({ registryId, repositoryName, imageIds }), {
      abortSignal: signal,
    });
    const mebibytes = ((found.imageDetails?.[0]?.imageSizeInBytes ?? 0) / 2 ** 20).toFixed(0);
    return { check, status: "ok", detail: `${uri}, ${mebibytes} MiB` };
  } catch (error) {
    const code = refusalOf(error)?.code;
    if (code !== "ImageNotFoundException" && code !== "RepositoryNotFoundException")
      return notSeen(check, "ecr:DescribeImages", error);
    const remedy = `Push it: sightline image push IMAGE --repository ${repositoryName} --region ${region}`;
    return { check, status: "failed", detail: `there is no ${uri}`, remedy };
  } finally {
    client.destroy();
  }
}
