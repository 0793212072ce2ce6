import { fileURLToPath } from "node:url";
import { ImageClassificationApi, SightlineFoundation } from "@sightline/constructs";
import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { ACCESS_KINDS, CLASS_NAMES, ENDPOINT_NAME, STACK_NAME } from "./names.js";

const app = new App();
const stack = new Stack(app, STACK_NAME, {
  description: "Sightline: image classification behind a REST API",
});
const context = (name: string): string | undefined => app.node.tryGetContext(name) as string | undefined;
// `cdk deploy -c keepData=false`: what is tried out is removed with its stack.
const foundation = new SightlineFoundation(stack, "Foundation", {
  keepData: context("keepData") !== "false",
});
const access = context("access") ?? "open";
const kind = ACCESS_KINDS.find((known) => known === access);
// A slip here would leave the API open to anybody.
if (kind === undefined) throw new Error(`-c access takes ${ACCESS_KINDS.join(" or ")}, not "${access}".`);
const allowedOrigin = context("allowedOrigin");
const api = new ImageClassificationApi(stack, "Api", {
  endpointName: ENDPOINT_NAME,
  labels: CLASS_NAMES,
  page: fileURLToPath(new URL("../page.html", import.meta.url)),
  access: { kind },
  ...(allowedOrigin === undefined ? {} : { allowedOrigin }),
});
const output = (name: string, value: string) => new CfnOutput(stack, name, { value });
output("Url", api.url);
output("ApiId", api.api.restApiId);
output("Bucket", foundation.bucket.bucketName);
output("TrainingRole", foundation.trainingRole.roleArn);
output("HostingRole", foundation.hostingRole.roleArn);
if (api.apiKey !== undefined) output("ApiKeyId", api.apiKey.keyId);
