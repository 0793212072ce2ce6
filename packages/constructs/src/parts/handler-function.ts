import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundledWithout } from "@sightline/foundation/bundled-without";
import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** A function of this package, with a log group and a role of its own. */
export interface HandlerFunctionProps {
  /** Folder that holds `index.mjs`. */
  readonly folder: string;
  readonly description: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** MB; the share of a processor goes with it. */
  readonly memoryMb: number;
  readonly logRetention: RetentionDays;
  /** What it may do besides writing its log. */
  readonly statements?: readonly PolicyStatement[];
}

/** Folder of a handler that the build bundled. */
export function handlerFolder(name: string): string {
  const folder = fileURLToPath(new URL(`./handlers/${name}/`, import.meta.url));
  if (!existsSync(folder)) throw new Error(bundledWithout("@sightline/constructs", folder));
  return folder;
}

/**
 * Makes a function that may write its own log and what `statements` say; CDK's default role may write every log of
 * the account.
 */
export function handlerFunction(scope: Construct, id: string, props: HandlerFunctionProps): LambdaFunction {
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: props.description,
  });
  const made = new LambdaFunction(scope, id, {
    code: Code.fromAsset(props.folder),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    description: props.description,
    environment: { ...props.environment },
    timeout: props.timeout,
    memorySize: props.memoryMb,
    logGroup,
    role,
  });
  const policy = new Policy(scope, `${id}Policy`, {
    roles: [role],
    statements: [
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
      ...(props.statements ?? []),
    ],
  });
  // A function that is called before its policy is there would fail.
  made.node.addDependency(policy);
  return made;
}
