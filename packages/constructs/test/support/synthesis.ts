import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, type Stack, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, beforeAll } from "vitest";

/** A statement of a policy in a template. */
export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
    readonly AlarmActions?: readonly unknown[];
  } & Readonly<Record<string, unknown>>;
}

/** A folder of the tests of a file, which goes with them, and what is synthesised there. */
export function useScratch() {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sightline-constructs-"));
    writeFileSync(page(), "<!doctype html><title>Shown</title>");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** A page that an API may show. */
  const page = () => path.join(folder, "page.html");
  /** An app whose templates lie in the folder. */
  const newApp = () => new App({ outdir: mkdtempSync(path.join(folder, "out-")) });
  /** An app that fails to synthesise where cdk-nag's AwsSolutions find what no reason was given for. */
  const newCheckedApp = () => {
    const app = newApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    return app;
  };
  /** SHA-256 of the templates that a stack has on a laptop beside an emulator, and on AWS without credentials. */
  const templatesInBothPlaces = (make: (app: App) => Stack) => {
    const emulator = "http://127.0.0.1:4566";
    const laptop = { AWS_ENDPOINT_URL: emulator, AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "x" };
    const aws = { AWS_ENDPOINT_URL: "", AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "" };
    return { laptop: digestIn(laptop, newApp(), make), aws: digestIn(aws, newApp(), make) };
  };
  return { page, newApp, newCheckedApp, templatesInBothPlaces };
}

/** The resources of a stack. */
export const resourcesOf = (stack: Stack): Resource[] =>
  Object.values(Template.fromStack(stack).toJSON().Resources);

/** The types of a stack's resources, each once. */
export const typesOf = (stack: Stack) => [...new Set(resourcesOf(stack).map(({ Type: type }) => type))];

/** How many each alarm of a stack tells. */
export const alarmActionsOf = (stack: Stack) =>
  resourcesOf(stack)
    .filter(({ Type: type }) => type === "AWS::CloudWatch::Alarm")
    .map(({ Properties: { AlarmActions: actions = [] } }) => actions.length);

/** SHA-256 of the template that a stack has with these variables set. */
function digestIn(env: Readonly<Record<string, string>>, app: App, make: (app: App) => Stack): string {
  const former = { ...process.env };
  Object.assign(process.env, env);
  try {
    const { stackName } = make(app);
    const file = app.synth().getStackByName(stackName).templateFullPath;
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } finally {
    process.env = former;
  }
}
