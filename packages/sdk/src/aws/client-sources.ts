import type { ClientSource, ClientSources } from "./clients.js";

// The AWS clients, each behind a dynamic import, so that importing this package loads none of them (client-sagemaker
// alone takes about 0.3 s), and a program that only invokes never loads the others. Constants of their own, so that a
// bundler leaves out those that nothing names.

/** Invocations. */
export const runtimeSource: ClientSource = {
  className: "SageMakerRuntimeClient",
  load: () => import("@aws-sdk/client-sagemaker-runtime"),
};
/** Objects in S3. */
export const s3Source: ClientSource = { className: "S3Client", load: () => import("@aws-sdk/client-s3") };

/** All that this package talks to. */
export const allSources: ClientSources = {
  sagemaker: { className: "SageMakerClient", load: () => import("@aws-sdk/client-sagemaker") },
  "sagemaker-runtime": runtimeSource,
  s3: s3Source,
  cloudwatch: { className: "CloudWatchClient", load: () => import("@aws-sdk/client-cloudwatch") },
  logs: { className: "CloudWatchLogsClient", load: () => import("@aws-sdk/client-cloudwatch-logs") },
  "application-auto-scaling": {
    className: "ApplicationAutoScalingClient",
    load: () => import("@aws-sdk/client-application-auto-scaling"),
  },
  sts: { className: "STSClient", load: () => import("@aws-sdk/client-sts") },
};
