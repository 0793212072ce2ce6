import { Aws, Duration } from "aws-cdk-lib";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SnsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { EventType } from "aws-cdk-lib/aws-s3";
import { LambdaDestination } from "aws-cdk-lib/aws-s3-notifications";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { INPUT_FOLDER } from "../jobs/video-event.js";
import { acknowledgeWildcards } from "../parts/acknowledge.js";
import { handlerFolder, handlerFunction } from "../parts/handler-function.js";
import { allow, NO_FIXED_NAMES, type VideoStores } from "./video-stores.js";

/** Mails about videos that are done or have failed. */
export interface VideoMail {
  /** Address that they come from; SES must know it as verified. */
  readonly sender: string;
  /** Who is told of videos that came without a sign-in. Default: nobody. */
  readonly recipients?: readonly string[];
  /** How long the link in a mail works, in seconds. Default 604,800: a week. */
  readonly linkSeconds?: number;
}

/** What the function that starts videos is told. */
export interface StarterProps {
  readonly stores: VideoStores;
  readonly endpointName: string;
  readonly isLive: boolean;
  readonly maxVideoBytes: number;
  /** For videos from `fromBytes` on. */
  readonly long: { readonly machine: IStateMachine; readonly fromBytes: number } | undefined;
  readonly logRetention: RetentionDays;
}

/** Hands new objects of `input/` on. */
export class Starter extends Construct {
  readonly starter: LambdaFunction;

  constructor(scope: Construct, id: string, props: StarterProps) {
    super(scope, id);
    const { stores, endpointName, long } = props;
    const { bucket, table, failedTopic, inputs, jobs } = stores;
    const timeout = Duration.seconds(60);
    this.starter = handlerFunction(this, "Function", {
      folder: handlerFolder("start-video"),
      description: `Hands new videos to the endpoint ${endpointName}`,
      environment: {
        BUCKET: bucket.bucketName,
        TABLE: table.tableName,
        ENDPOINT_NAME: endpointName,
        FAILED_TOPIC: failedTopic.topicArn,
        IS_LIVE: String(props.isLive),
        MAX_BYTES: String(props.maxVideoBytes),
        // Nobody holds a claim for longer than the function may run.
        LEASE_MS: String(timeout.toMilliseconds()),
        ...(long === undefined
          ? {}
          : { STATE_MACHINE: long.machine.stateMachineArn, LONG_BYTES: String(long.fromBytes) }),
      },
      timeout,
      memoryMb: 512,
      logRetention: props.logRetention,
      statements: [
        allow(["s3:GetObject", "s3:GetObjectVersion"], [inputs]),
        allow(["s3:PutObject"], [jobs]),
        stores.list,
        stores.records,
        allow(["sagemaker:InvokeEndpointAsync"], [endpointArn(endpointName)]),
        allow(["sns:Publish"], [failedTopic.topicArn]),
        ...(long === undefined ? [] : [allow(["states:StartExecution"], [long.machine.stateMachineArn])]),
      ],
    });
    acknowledgeWildcards(this, [inputs, jobs], NO_FIXED_NAMES);
    this.starter.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SnsDestination(failedTopic) });
    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(this.starter), {
      prefix: INPUT_FOLDER,
    });
  }
}

/** What the function that ends videos is told. */
export interface FinisherProps {
  readonly stores: VideoStores;
  /** The endpoint that may be asked again. */
  readonly endpointName: string;
  readonly mail: VideoMail | undefined;
  /** URL of the API, for links in mails. */
  readonly url: string;
  readonly logRetention: RetentionDays;
}

/** Writes down what the two topics say, starts again what was lost, and sends the mails. */
export class Finisher extends Construct {
  readonly finisher: LambdaFunction;

  constructor(scope: Construct, id: string, props: FinisherProps) {
    super(scope, id);
    const { stores, endpointName, mail, url, logRetention } = props;
    const { bucket, table, failedTopic, completedTopic, jobs } = stores;
    this.finisher = handlerFunction(this, "Function", {
      folder: handlerFolder("finish-video"),
      description:
        "Writes down how a video ended, starts it again when its container was lost, sends the mail",
      environment: {
        BUCKET: bucket.bucketName,
        TABLE: table.tableName,
        SERVICE_URL: url,
        ...(mail === undefined
          ? {}
          : {
              SENDER: mail.sender,
              RECIPIENTS: JSON.stringify(mail.recipients ?? []),
              LINK_SECONDS: String(mail.linkSeconds ?? 604_800),
            }),
      },
      timeout: Duration.seconds(30),
      memoryMb: 256,
      logRetention,
      statements: [
        allow(["s3:GetObject"], [jobs]),
        stores.list,
        stores.records,
        allow(["sagemaker:InvokeEndpointAsync"], [endpointArn(endpointName)]),
        ...(mail === undefined ? [] : [allow(["ses:SendEmail"], identitiesOf(mail.sender))]),
        allow(["sns:Publish"], [failedTopic.topicArn]),
      ],
    });
    acknowledgeWildcards(this, [jobs], NO_FIXED_NAMES);
    this.finisher.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SnsDestination(failedTopic) });
    for (const topic of [completedTopic, failedTopic])
      topic.addSubscription(new LambdaSubscription(this.finisher));
  }
}

/** SageMaker has names in ARNs in lower case. */
function endpointArn(name: string): string {
  return `arn:${Aws.PARTITION}:sagemaker:${Aws.REGION}:${Aws.ACCOUNT_ID}:endpoint/${name.toLowerCase()}`;
}

/** SES knows an address by itself or by its domain. */
function identitiesOf(sender: string): string[] {
  const names = [sender, sender.slice(sender.lastIndexOf("@") + 1)];
  return names.map((name) => `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:identity/${name}`);
}
