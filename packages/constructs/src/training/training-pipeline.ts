import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Artifacts, BuildSpec, ComputeType, Project } from "aws-cdk-lib/aws-codebuild";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { CodeBuildProject } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { EventType, type IBucket } from "aws-cdk-lib/aws-s3";
import { SqsDestination } from "aws-cdk-lib/aws-s3-notifications";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { SightlineFoundation } from "../foundation/sightline-foundation.js";
import { acknowledge } from "../parts/acknowledge.js";
import { EndpointRemoval } from "../parts/endpoint-removal.js";
import { handlerFolder, handlerFunction } from "../parts/handler-function.js";
import { acknowledgePipeline } from "./acknowledge-pipeline.js";
import { BUILD_IMAGE, buildSource, type TrainingSource } from "./build-source.js";
import { watchEndpoint } from "./endpoint-alarms.js";

/** How an endpoint is trained anew. */
export interface TrainingPipelineProps {
  /** Bucket, roles and the policy of whoever deploys. */
  readonly foundation: SightlineFoundation;
  /** Name of the endpoint that a build makes or updates. */
  readonly endpointName: string;
  /** Where buildspec and notebooks come from. */
  readonly source: TrainingSource;
  /** Folder of the bucket whose new objects start a build, with a slash at its end. Default `training-data/`. */
  readonly dataFolder?: string;
  /** How long no new object may have come before a build starts, 1 s to 15 min. Default 10 min. */
  readonly quietTime?: Duration;
  /** Build every night at this hour, UTC, 0 to 23. Default: no nightly build. */
  readonly nightlyAtHour?: number;
  /** Variables of buildspec.yml that differ from its own, such as `EPOCHS`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Latency of the model, ms, that one answer in a hundred may pass; above it an update is rolled back. Default 2000. */
  readonly maxLatencyMs?: number;
  /** Longest build, which waits for the training job. Default 2 hours. */
  readonly buildTimeout?: Duration;
  /** Told of alarms. Default: nobody. */
  readonly alarmTopic?: ITopic;
  /** Delete the endpoint when the stack is destroyed. Default true. */
  readonly removeEndpoint?: boolean;
}

/** What S3 may wait before it tells a queue; and what SQS takes as a delay. */
const MOST_QUIET_SECONDS = 900;
/** A build at work makes the next one wait: one trial every 15 minutes for a day. */
const RETRY = Duration.minutes(15);
const RETRIES = 96;

/**
 * Trains an endpoint's model anew: by a push to the source, when new data have come and ten minutes were quiet, and
 * every night if asked. A build runs the repository's own `buildspec.yml`: its notebooks pack, train, update the
 * endpoint (which rolls back on its alarms) and evaluate. Reports and executed notebooks go to `builds/` of the bucket.
 *
 * @throws RangeError for a quiet time or an hour out of range, or a data folder that a build writes to itself
 * @example
 * ```ts
 * new TrainingPipeline(stack, "Training", {
 *   foundation,
 *   endpointName: "drivers",
 *   source: { kind: "github", owner: "me", repository: "drivers" },
 * });
 * ```
 */
export class TrainingPipeline extends Construct {
  /** The project that builds. */
  readonly project: Project;
  /** Where the bucket tells of new data; delivers as late as the quiet time is long. */
  readonly newData: Queue;
  /** Decides whether it was quiet. */
  readonly starter: LambdaFunction;

  constructor(scope: Construct, id: string, props: TrainingPipelineProps) {
    super(scope, id);
    const { foundation, endpointName, dataFolder = "training-data/", maxLatencyMs = 2000 } = props;
    const { quietTime = Duration.minutes(10), alarmTopic } = props;
    checkProps(props, dataFolder, quietTime);
    const alarms = watchEndpoint(this, { endpointName, maxLatencyMs, alarmTopic });
    // CDK's own class does not fit its interface where optional members are exact.
    const bucket = foundation.bucket as IBucket;
    this.project = this.#makeProject(props, bucket, {
      DATASET: `s3://${bucket.bucketName}/${dataFolder}`,
      SPLIT: "stratified",
      BUCKET: bucket.bucketName,
      PREFIX: "channels/pictures",
      MODEL_FOLDER: "models",
      ENDPOINT_NAME: endpointName,
      ROLLBACK_ALARMS: alarms.map(({ alarmName }) => alarmName).join(),
      SIGHTLINE_ROLE_ARN: foundation.trainingRole.roleArn,
      ...props.variables,
    });
    foundation.deployerPolicy.attachToRole(this.project.role!);
    this.newData = this.#makeQueue(quietTime);
    bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(this.newData), {
      prefix: dataFolder,
    });
    this.starter = this.#makeStarter(bucket, dataFolder);
    this.starter.addEventSource(
      new SqsEventSource(this.newData, { batchSize: 1_000, maxBatchingWindow: Duration.seconds(5) }),
    );
    if (props.nightlyAtHour !== undefined) {
      new Rule(this, "Nightly", {
        description: `Trains ${endpointName} every night`,
        schedule: Schedule.cron({ minute: "0", hour: String(props.nightlyAtHour) }),
        targets: [new CodeBuildProject(this.project)],
      });
    }
    if (props.removeEndpoint ?? true) new EndpointRemoval(this, "EndpointRemoval", { endpointName });
    acknowledgePipeline(this.project, bucket);
  }

  #makeProject(props: TrainingPipelineProps, bucket: IBucket, variables: Record<string, string>): Project {
    return new Project(this, "Project", {
      description: `Trains and deploys the endpoint ${props.endpointName}`,
      source: buildSource(props.source, bucket),
      buildSpec: BuildSpec.fromSourceFilename("buildspec.yml"),
      environment: { buildImage: BUILD_IMAGE, computeType: ComputeType.MEDIUM },
      environmentVariables: Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, { value }]),
      ),
      artifacts: Artifacts.s3({ bucket, path: "builds", includeBuildId: true, packageZip: false }),
      // A second one would train on the same data, and update the same endpoint.
      concurrentBuildLimit: 1,
      timeout: props.buildTimeout ?? Duration.hours(2),
      logging: {
        cloudWatch: {
          logGroup: new LogGroup(this, "BuildLog", {
            retention: RetentionDays.THREE_MONTHS,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        },
      },
    });
  }

  #makeQueue(quietTime: Duration): Queue {
    const common = { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED };
    const deadLetters = new Queue(this, "DeadLetters", { ...common, retentionPeriod: Duration.days(14) });
    acknowledge(deadLetters, { "AwsSolutions-SQS3": "It is a queue of dead letters itself." });
    return new Queue(this, "NewData", {
      ...common,
      deliveryDelay: quietTime,
      visibilityTimeout: RETRY,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: RETRIES },
    });
  }

  #makeStarter(bucket: IBucket, dataFolder: string): LambdaFunction {
    return handlerFunction(this, "Starter", {
      folder: handlerFolder("start-training"),
      description: "Starts a build when new training data have come and no more follow",
      environment: {
        BUCKET: bucket.bucketName,
        DATA_FOLDER: dataFolder,
        PROJECT: this.project.projectName,
      },
      timeout: Duration.minutes(2),
      memoryMb: 256,
      logRetention: RetentionDays.THREE_MONTHS,
      statements: [
        new PolicyStatement({
          actions: ["s3:ListBucket"],
          resources: [bucket.bucketArn],
          conditions: { StringLike: { "s3:prefix": [`${dataFolder}*`] } },
        }),
        new PolicyStatement({ actions: ["codebuild:StartBuild"], resources: [this.project.projectArn] }),
      ],
    });
  }
}

/** Folders that a build writes to: it would start the next one. */
const WRITTEN = ["channels/", "models/", "builds/", "jobs/"];

function checkProps({ nightlyAtHour: hour }: TrainingPipelineProps, dataFolder: string, quietTime: Duration) {
  const seconds = quietTime.toSeconds();
  if (seconds < 1 || seconds > MOST_QUIET_SECONDS) {
    throw new RangeError(
      `quietTime must be from 1 to ${MOST_QUIET_SECONDS} s, SQS's longest delay, not ${seconds}.`,
    );
  }
  if (hour !== undefined && !(Number.isInteger(hour) && hour >= 0 && hour <= 23)) {
    throw new RangeError(`nightlyAtHour must be a whole number from 0 to 23, UTC, not ${hour}.`);
  }
  const own = WRITTEN.find((folder) => dataFolder.startsWith(folder));
  if (!/^[^/].*\/$/.test(dataFolder) || own !== undefined) {
    throw new RangeError(
      `dataFolder must be a folder with a slash at its end, and none that a build writes to (${WRITTEN.join(", ")}), not "${dataFolder}".`,
    );
  }
}
