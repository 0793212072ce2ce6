import { SightlineFoundation, TrainingPipeline, type TrainingSource } from "@sightline/constructs";
import { App, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { DATA_FOLDER, ENDPOINT_NAME, STACK_NAME } from "./names.js";

const app = new App();
const stack = new Stack(app, STACK_NAME, { description: "Sightline: trains an endpoint's model anew" });
const context = (name: string): string | undefined => app.node.tryGetContext(name) as string | undefined;

/** `-c github=OWNER/REPOSITORY`, or an archive that is uploaded to the bucket. */
function source(): TrainingSource {
  const [owner, repository] = context("github")?.split("/") ?? [];
  if (owner === undefined) return { kind: "archive", key: "source/sightline.zip" };
  if (!owner || !repository) throw new Error(`-c github takes OWNER/REPOSITORY, not "${context("github")}".`);
  return { kind: "github", owner, repository, branch: context("branch") ?? "main" };
}

/** A number of the context. */
function number(name: string): number | undefined {
  const text = context(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw new Error(`-c ${name} takes a number, not "${text}".`);
  return value;
}

const foundation = new SightlineFoundation(stack, "Foundation", {
  keepData: context("keepData") !== "false",
});
const nightlyAtHour = number("nightlyAtHour");
const pipeline = new TrainingPipeline(stack, "Training", {
  foundation,
  endpointName: ENDPOINT_NAME,
  source: source(),
  dataFolder: DATA_FOLDER,
  quietTime: Duration.seconds(number("quietSeconds") ?? 600),
  ...(nightlyAtHour === undefined ? {} : { nightlyAtHour }),
});
const output = (name: string, value: string) => new CfnOutput(stack, name, { value });
output("Bucket", foundation.bucket.bucketName);
output("Project", pipeline.project.projectName);
