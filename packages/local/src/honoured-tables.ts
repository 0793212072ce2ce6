import { HONOURED_SCALING } from "./autoscaling/honoured-inputs.js";
import { HONOURED_ECR } from "./ecr/operations.js";
import { HONOURED_IAM, HONOURED_STS } from "./iam/honoured-inputs.js";
import { HONOURED_LOGS } from "./logs/operations.js";
import { HONOURED_METRICS } from "./metrics/honoured-inputs.js";
import { HONOURED_HOSTING } from "./sagemaker/hosting/honoured-inputs.js";
import { HONOURED_PROCESSING } from "./sagemaker/processing/honoured-inputs.js";
import { HONOURED_REGISTRY } from "./sagemaker/registry/honoured-inputs.js";
import { HONOURED_TAGS } from "./sagemaker/tags.js";
import { HONOURED_TRAINING } from "./sagemaker/training/honoured-inputs.js";
import { HONOURED_TRANSFORM } from "./sagemaker/transform/honoured-inputs.js";
import { HONOURED_TUNING } from "./sagemaker/tuning/honoured-inputs.js";

/** What each service honours of its operations' inputs; the rest is refused. */
export const HONOURED = {
  sagemaker: {
    ...HONOURED_TAGS,
    ...HONOURED_TRAINING,
    ...HONOURED_TUNING,
    ...HONOURED_PROCESSING,
    ...HONOURED_TRANSFORM,
    ...HONOURED_HOSTING,
    ...HONOURED_REGISTRY,
  },
  "application-autoscaling": HONOURED_SCALING,
  cloudwatch: HONOURED_METRICS,
  logs: HONOURED_LOGS,
  ecr: HONOURED_ECR,
  sts: HONOURED_STS,
  iam: HONOURED_IAM,
} as const;
