import { Stack } from "aws-cdk-lib";
import type { Project } from "aws-cdk-lib/aws-codebuild";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge, acknowledgeWildcards } from "../parts/acknowledge.js";

/** What CDK grants a project that reads from a bucket and writes artifacts to it. */
const BUCKET_ACTIONS = ["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:DeleteObject*", "s3:Abort*"];

/** Says why what cdk-nag finds in a pipeline stands. */
export function acknowledgePipeline(project: Project, bucket: IBucket): void {
  const stack = Stack.of(project);
  const { partition, region, account } = stack;
  for (const action of BUCKET_ACTIONS) {
    acknowledge(project, {
      [`AwsSolutions-IAM5[Action::${action}]`]: "CDK's own grant of source and artifacts, on the one bucket.",
    });
  }
  const own = (kind: string) => `arn:${partition}:${kind}`;
  acknowledgeWildcards(
    project,
    [
      bucket.arnForObjects("*"),
      own(`logs:${region}:${account}:log-group:/aws/codebuild/${project.projectName}:*`),
      own(`codebuild:${region}:${account}:report-group/${project.projectName}-*`),
    ],
    "A build's objects, log streams and report groups have names of their own.",
  );
  acknowledge(project, {
    "AwsSolutions-CB4": "Artifacts go to the foundation's bucket, which encrypts them with its own key.",
  });
  // One for the stack, made by CDK where a bucket tells of its objects.
  const notifications = stack.node.children.filter(({ node }) =>
    node.id.startsWith("BucketNotificationsHandler"),
  );
  for (const handler of notifications) {
    acknowledge(handler, {
      "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]":
        "CDK's own function, which sets the notifications of buckets; AWS's policy lets it write its log.",
    });
  }
}
