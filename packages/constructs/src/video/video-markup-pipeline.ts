import { Stack } from "aws-cdk-lib";
import type { UserPool, UserPoolClient } from "aws-cdk-lib/aws-cognito";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { SightlineFoundation } from "../foundation/sightline-foundation.js";
import { OWNER_INDEX } from "../jobs/video-job.js";
import { acknowledge, acknowledgeWildcards } from "../parts/acknowledge.js";
import { EndpointRemoval } from "../parts/endpoint-removal.js";
import { LongVideoMachine, type LongVideos } from "./long-video-machine.js";
import { VideoApi } from "./video-api.js";
import { Finisher, Starter, type VideoMail } from "./video-functions.js";
import { allow, NO_FIXED_NAMES, VideoStores } from "./video-stores.js";
import { watchPipeline } from "./watch-pipeline.js";

/** How videos are taken, and who is told. */
export interface VideoMarkupPipelineProps {
  /** Whose roles the endpoint and the jobs of long videos have; they get rights to this bucket's folders. */
  readonly foundation: SightlineFoundation;
  /** Name of the asynchronous endpoint, which `deployEndpoint` makes after the stack. */
  readonly endpointName: string;
  /** False marks up the first frame of every video only, the whole way through. Default true. */
  readonly isLive?: boolean;
  /** Largest video in bytes, at most 5 GB: what S3 takes in one form. Default 5,000,000,000. */
  readonly maxVideoBytes?: number;
  /** Mails. Default: none are sent. */
  readonly mail?: VideoMail;
  /** Videos that one invocation of an hour cannot do go to many instances. Default: all go to the endpoint. */
  readonly longVideos?: LongVideos;
  /** HTML file that the root of the API shows. Default: none, the root answers 403. */
  readonly page?: string;
  /** Anybody may sign up with an address that they can read. Default false: users are made by hand. */
  readonly selfSignUp?: boolean;
  /** Origins whose pages may upload and play, beside the API's own. Default: any; a form is signed for one file. */
  readonly allowedOrigins?: readonly string[];
  /** Days after which videos and results go. Default: never. */
  readonly keepDays?: number;
  /** Keep videos, users and the table when the stack is destroyed. Default true. */
  readonly keepData?: boolean;
  /** Told of alarms. Default: nobody. */
  readonly alarmTopic?: ITopic;
  /** How long logs are kept. Default three months. */
  readonly logRetention?: RetentionDays;
  /** Delete the endpoint when the stack is destroyed. Default true. */
  readonly removeEndpoint?: boolean;
}

/** CDK's own name. */
const NOTIFICATIONS_HANDLER = "BucketNotificationsHandler050a0587b7544547bf325f094a3db834";
/** S3 takes no more in one form. */
const MAX_FORM_BYTES = 5_000_000_000;

/**
 * Videos that land in a bucket are marked up by an asynchronous endpoint, once each, and whoever sent one gets a mail.
 * With an API and a page behind a sign-in: upload, list, play.
 *
 * @throws RangeError for a `maxVideoBytes` that S3 does not take
 * @example
 * ```ts
 * const foundation = new SightlineFoundation(stack, "Foundation");
 * const pipeline = new VideoMarkupPipeline(stack, "Videos", {
 *   foundation,
 *   endpointName: "potholes",
 *   mail: { sender: "roads@example.org" },
 * });
 * pipeline.url; // of the page and the API, for an output
 * ```
 */
export class VideoMarkupPipeline extends Construct {
  /** `input/` holds videos, `output/` results, `jobs/` descriptions, progress and answers. */
  readonly bucket: Bucket;
  /** Told when a video is done; for `async` of `deployEndpoint`. */
  readonly completedTopic: Topic;
  /** Told when a video has failed or is refused, and when a function gave up. */
  readonly failedTopic: Topic;
  /** Who may sign in. */
  readonly userPool: UserPool;
  /** By which the page signs in. */
  readonly userPoolClient: UserPoolClient;
  /** The function that hands videos on. */
  readonly starter: LambdaFunction;
  /** URL of the page and the API, with a slash at its end. */
  readonly url: string;
  /** Id of the API. */
  readonly apiId: string;

  constructor(scope: Construct, id: string, props: VideoMarkupPipelineProps) {
    super(scope, id);
    const { foundation, endpointName, isLive = true, maxVideoBytes = MAX_FORM_BYTES, longVideos } = props;
    const { logRetention = RetentionDays.THREE_MONTHS } = props;
    checkBytes(maxVideoBytes);
    const stores = new VideoStores(this, props);
    this.bucket = stores.bucket;
    this.completedTopic = stores.completedTopic;
    this.failedTopic = stores.failedTopic;
    stores.grantWork(this, "EndpointPolicy", foundation.hostingRole, [
      allow(["sns:Publish"], [this.completedTopic.topicArn, this.failedTopic.topicArn]),
      allow(["s3:GetObject", "s3:DeleteObject"], [stores.segments]),
    ]);
    this.starter = new Starter(this, "Starter", {
      ...{ stores, endpointName, isLive, maxVideoBytes, logRetention },
      long: longVideos && {
        machine: this.#makeMachine(stores, foundation, longVideos, logRetention),
        fromBytes: longVideos.fromBytes ?? 1_000_000_000,
      },
    }).starter;
    // One function of CDK's own puts all notifications of a stack into its buckets.
    acknowledge(Stack.of(this).node.findChild(NOTIFICATIONS_HANDLER), {
      "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]":
        "CDK's own function writes its log by AWS's own policy.",
    });
    const api = this.#makeApi(stores, props, maxVideoBytes, logRetention);
    this.userPool = api.userPool;
    this.userPoolClient = api.userPoolClient;
    this.url = api.url;
    this.apiId = api.apiId;
    const { finisher } = new Finisher(this, "Finisher", {
      ...{ stores, endpointName, mail: props.mail, url: this.url, logRetention },
    });
    const { starter, completedTopic, failedTopic } = this;
    watchPipeline(this, {
      ...{ starter, finisher, endpointName, completedTopic, failedTopic },
      alarmTopic: props.alarmTopic,
    });
    if (props.removeEndpoint ?? true) new EndpointRemoval(this, "EndpointRemoval", { endpointName });
  }

  #makeMachine(
    stores: VideoStores,
    { trainingRole, repository }: SightlineFoundation,
    longVideos: LongVideos,
    logRetention: RetentionDays,
  ) {
    stores.grantWork(this, "JobsPolicy", trainingRole);
    const { completedTopic, failedTopic, results, jobs } = stores;
    const long = new LongVideoMachine(this, "Long", {
      imageUri: repository.repositoryUriForTag("1"),
      ...longVideos,
      role: trainingRole,
      environment: {
        TABLE: stores.table.tableName,
        COMPLETED_TOPIC: completedTopic.topicArn,
        FAILED_TOPIC: failedTopic.topicArn,
      },
      statements: [
        allow(["s3:GetObject"], [results]),
        allow(["s3:PutObject"], [jobs]),
        stores.list,
        stores.records,
        allow(["sns:Publish"], [completedTopic.topicArn, failedTopic.topicArn]),
      ],
      logRetention,
    });
    acknowledgeWildcards(long, [results, jobs], NO_FIXED_NAMES);
    return long.machine;
  }

  #makeApi(
    stores: VideoStores,
    { page, selfSignUp = false, keepData = true }: VideoMarkupPipelineProps,
    maxVideoBytes: number,
    logRetention: RetentionDays,
  ): VideoApi {
    const { bucket, table, inputs, results, jobs } = stores;
    const api = new VideoApi(this, "Api", {
      ...{ page, selfSignUp, keepData, logRetention },
      bucketUrl: `https://${bucket.bucketRegionalDomainName}`,
      environment: { BUCKET: bucket.bucketName, TABLE: table.tableName, MAX_BYTES: String(maxVideoBytes) },
      statements: [
        allow(["s3:GetObject"], [inputs, results, jobs]),
        allow(["s3:PutObject"], [inputs]),
        stores.list,
        allow(["dynamodb:GetItem"], [table.tableArn]),
        allow(["dynamodb:Query"], [`${table.tableArn}/index/${OWNER_INDEX}`]),
      ],
    });
    acknowledgeWildcards(api, [inputs, results, jobs], NO_FIXED_NAMES);
    return api;
  }
}

function checkBytes(bytes: number): void {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_FORM_BYTES) {
    throw new RangeError(
      `maxVideoBytes must be a whole number of bytes from 1 to 5,000,000,000 (one form of S3), not ${bytes}.`,
    );
  }
}
