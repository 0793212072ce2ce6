import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { type IRole, Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { INPUT_FOLDER, JOBS_FOLDER, OUTPUT_FOLDER } from "../jobs/video-event.js";
import { OWNER_INDEX } from "../jobs/video-job.js";
import { acknowledgeWildcards } from "../parts/acknowledge.js";
import { noticeTopic } from "./notice-topic.js";
import { type VideoBucketProps, videoBucket } from "./video-bucket.js";

/** A statement of a policy. */
export const allow = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

/** Why a right ends in `*`. */
export const NO_FIXED_NAMES = "Objects below a folder have no fixed names.";

/** Where videos, what is known of them, and what is said of them are kept. */
export class VideoStores {
  readonly bucket: Bucket;
  readonly table: TableV2;
  readonly completedTopic: Topic;
  readonly failedTopic: Topic;
  /** All objects of a folder, as policies name them. */
  readonly inputs: string;
  readonly results: string;
  readonly jobs: string;
  /** What the endpoint keeps of a video that it has not finished, for the container behind it. */
  readonly segments: string;

  constructor(scope: Construct, props: VideoBucketProps) {
    this.bucket = videoBucket(scope, props);
    this.table = new TableV2(scope, "Jobs", {
      partitionKey: { name: "id", type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: OWNER_INDEX,
          partitionKey: { name: "owner", type: AttributeType.STRING },
          sortKey: { name: "createdAt", type: AttributeType.STRING },
        },
      ],
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: (props.keepData ?? true) ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.completedTopic = noticeTopic(scope, "Completed", "Videos that are marked up");
    this.failedTopic = noticeTopic(scope, "Failed", "Videos that are not marked up, and why");
    this.inputs = this.bucket.arnForObjects(`${INPUT_FOLDER}*`);
    this.results = this.bucket.arnForObjects(`${OUTPUT_FOLDER}*`);
    this.jobs = this.bucket.arnForObjects(`${JOBS_FOLDER}*`);
    this.segments = this.bucket.arnForObjects(`${OUTPUT_FOLDER}*.segments/*`);
  }

  /** S3 says of an object that is not there that it is not there only to who may list. */
  get list(): PolicyStatement {
    return allow(["s3:ListBucket"], [this.bucket.bucketArn]);
  }

  /** To read and write single videos. */
  get records(): PolicyStatement {
    return allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], [this.table.tableArn]);
  }

  /** Lets a role of SageMaker read videos and jobs, and write results and jobs; in a policy of this stack. */
  grantWork(scope: Construct, id: string, role: IRole, others: readonly PolicyStatement[] = []): void {
    const policy = new Policy(scope, id, {
      roles: [role],
      statements: [
        allow(["s3:GetObject"], [this.inputs, this.jobs]),
        allow(["s3:PutObject", "s3:AbortMultipartUpload"], [this.results, this.jobs]),
        this.list,
        ...others,
      ],
    });
    acknowledgeWildcards(policy, [this.inputs, this.jobs, this.results, this.segments], NO_FIXED_NAMES);
  }
}
