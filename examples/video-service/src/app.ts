import { fileURLToPath } from "node:url";
import { SightlineFoundation, VideoMarkupPipeline } from "@sightline/constructs";
import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { ENDPOINT_NAME, EXAMPLE_SENDER, MODEL_FOLDER, STACK_NAME } from "./names.js";

const app = new App();
const stack = new Stack(app, STACK_NAME, {
  description: "Sightline: videos that land in a bucket come back marked up",
});
const context = (name: string): string | undefined => app.node.tryGetContext(name) as string | undefined;
const number = (name: string, property: string): Record<string, number> => {
  const value = context(name);
  if (value === undefined) return {};
  if (!/^\d+$/.test(value)) throw new Error(`-c ${name} takes a whole number, not "${value}".`);
  return { [property]: Number(value) };
};
// `cdk deploy -c keepData=false`: what is tried out is removed with its stack.
const keepData = context("keepData") !== "false";
const foundation = new SightlineFoundation(stack, "Foundation", { keepData });
const recipients = context("recipients")?.split(",") ?? [];
const pipeline = new VideoMarkupPipeline(stack, "Videos", {
  foundation,
  keepData,
  endpointName: ENDPOINT_NAME,
  isLive: context("isLive") !== "false",
  page: fileURLToPath(new URL("../page.html", import.meta.url)),
  mail: { sender: context("sender") ?? EXAMPLE_SENDER, recipients },
  longVideos: {
    modelUri: `s3://${foundation.bucket.bucketName}/${MODEL_FOLDER}files/`,
    ...number("longFromBytes", "fromBytes"),
    ...number("longInstances", "instanceCount"),
    ...number("lookSeconds", "lookSeconds"),
  },
  selfSignUp: context("selfSignUp") === "true",
});
const output = (name: string, value: string) => new CfnOutput(stack, name, { value });
output("Url", pipeline.url);
output("ApiId", pipeline.apiId);
output("Bucket", pipeline.bucket.bucketName);
output("ModelBucket", foundation.bucket.bucketName);
output("TrainingRole", foundation.trainingRole.roleArn);
output("HostingRole", foundation.hostingRole.roleArn);
output("CompletedTopic", pipeline.completedTopic.topicArn);
output("FailedTopic", pipeline.failedTopic.topicArn);
output("UserPool", pipeline.userPool.userPoolId);
output("UserPoolClient", pipeline.userPoolClient.userPoolClientId);
