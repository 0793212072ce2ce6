import { SightlineGuards } from "@sightline/constructs";
import { App, Aws, Stack } from "aws-cdk-lib";

const app = new App();
const context = (name: string): string => {
  const value = app.node.tryGetContext(name) as string | undefined;
  if (!value) throw new Error(`-c ${name} is missing: -c apiId=ID -c budgetUsd=50 -c mail=me@example.org.`);
  return value;
};
// A stack of its own, for AWS only: emulators know neither budgets nor associations of web ACLs.
const stack = new Stack(app, "SightlineRestApiGuards", { description: "Sightline: budget and web ACL" });
new SightlineGuards(stack, "Guards", {
  monthlyUsd: Number(context("budgetUsd")),
  mails: [context("mail")],
  stageArns: [`arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::/restapis/${context("apiId")}/stages/prod`],
});
