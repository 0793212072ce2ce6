import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { JOBS_FOLDER } from "../jobs/video-event.js";

/** What the bucket is to be like. */
export interface VideoBucketProps {
  /** Origins whose pages may upload and play. Default: any. */
  readonly allowedOrigins?: readonly string[];
  /** Days after which videos and results go. Default: never. */
  readonly keepDays?: number;
  /** Keep it when the stack is destroyed. Default true. */
  readonly keepData?: boolean;
}

/** The bucket of videos and results: encrypted, versioned, private, TLS only, with access logs. */
export function videoBucket(
  scope: Construct,
  { keepData = true, keepDays, allowedOrigins = ["*"] }: VideoBucketProps,
): Bucket {
  const common = {
    removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    autoDeleteObjects: !keepData,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
  };
  const accessLogs = new Bucket(scope, "AccessLogs", {
    ...common,
    objectOwnership: ObjectOwnership.OBJECT_WRITER,
    lifecycleRules: [{ expiration: Duration.days(90) }],
  });
  return new Bucket(scope, "Bucket", {
    ...common,
    versioned: true,
    serverAccessLogsBucket: accessLogs as IBucket,
    serverAccessLogsPrefix: "s3/",
    // The page sends its forms to S3 and plays from there.
    cors: [
      {
        allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.POST],
        allowedOrigins: [...allowedOrigins],
        allowedHeaders: ["*"],
        maxAge: 3600,
      },
    ],
    lifecycleRules: [
      {
        abortIncompleteMultipartUploadAfter: Duration.days(7),
        noncurrentVersionExpiration: Duration.days(7),
        ...(keepDays === undefined ? {} : { expiration: Duration.days(keepDays) }),
      },
      // Descriptions and answers are of no use once a video has ended.
      { prefix: JOBS_FOLDER, expiration: Duration.days(30) },
    ],
  });
}
