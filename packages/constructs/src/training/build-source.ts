import { EventAction, FilterGroup, type ISource, LinuxBuildImage, Source } from "aws-cdk-lib/aws-codebuild";
import type { IBucket } from "aws-cdk-lib/aws-s3";

/** Where a build gets buildspec, notebooks and packages from. */
export type TrainingSource =
  | {
      /** An archive in the foundation's bucket. */
      readonly kind: "archive";
      /** Key of a .zip of the repository, such as `source/sightline.zip`. */
      readonly key: string;
    }
  | {
      /** A repository on GitHub, which the account must have a CodeBuild connection to. Every push to the branch builds. */
      readonly kind: "github";
      /** Owner of the repository. */
      readonly owner: string;
      /** Name of the repository. */
      readonly repository: string;
      /** Branch that is built. Default `main`. */
      readonly branch?: string;
    };

/** Ubuntu with Node 20 and 22; aws/codebuild/standard:7.0. */
export const BUILD_IMAGE = LinuxBuildImage.STANDARD_7_0;

/** The source as CodeBuild takes it. */
export function buildSource(source: TrainingSource, bucket: IBucket): ISource {
  if (source.kind === "archive") return Source.s3({ bucket, path: source.key });
  const { owner, repository: repo, branch = "main" } = source;
  return Source.gitHub({
    owner,
    repo,
    branchOrRef: branch,
    cloneDepth: 1,
    webhook: true,
    webhookFilters: [FilterGroup.inEventOf(EventAction.PUSH).andBranchIs(branch)],
  });
}
