/** Commands that a policy can be printed for. */
export type PolicyCommand = keyof typeof NEEDS;

/** What one command sends: actions on things of SageMaker by name, on no resource, and on objects. */
interface Needs {
  /** On jobs, models, endpoints and their configurations. */
  readonly sagemaker?: readonly string[];
  /** Actions that know no resource. */
  readonly any?: readonly string[];
  /** On the bucket's objects. */
  readonly objects?: readonly string[];
  /** On the bucket itself. */
  readonly bucket?: readonly string[];
  /** On the groups below /aws/sagemaker. */
  readonly logs?: readonly string[];
  /** It hands a role to SageMaker. */
  readonly passesRole?: true;
  /** The first endpoint of an account that scales makes the role that scales it. */
  readonly scales?: true;
}

const READ_LOGS = ["DescribeLogStreams", "GetLogEvents"];
const MACHINES = ["DescribeEndpoint", "DescribeEndpointConfig"];
const SCALING = ["RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets"].concat([
  "PutScalingPolicy",
  "DeleteScalingPolicy",
  "DescribeScalingPolicies",
]);
const autoscaling = (actions: readonly string[]) =>
  actions.map((action) => `application-autoscaling:${action}`);
const lists = (...kinds: string[]) => kinds.map((kind) => `sagemaker:List${kind}`);

const NEEDS = {
  train: {
    sagemaker: ["CreateTrainingJob", "DescribeTrainingJob", "AddTags"],
    objects: ["GetObject", "PutObject", "AbortMultipartUpload"],
    bucket: ["ListBucket", "CreateBucket"],
    logs: READ_LOGS,
    passesRole: true,
  },
  deploy: {
    sagemaker: [
      ...["CreateModel", "DescribeModel", "DeleteModel", "CreateEndpointConfig", "DeleteEndpointConfig"],
      ...["CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint", "DescribeTrainingJob", "AddTags", "ListTags"],
      ...["DescribeTransformJob", ...MACHINES],
    ],
    any: [
      ...autoscaling([...SCALING, "DescribeScalingActivities"]),
      ...["cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms"],
      ...lists("TrainingJobs", "Endpoints", "EndpointConfigs", "TransformJobs"),
    ],
    objects: ["GetObject", "PutObject", "AbortMultipartUpload"],
    bucket: ["ListBucket", "CreateBucket"],
    logs: READ_LOGS,
    passesRole: true,
    scales: true,
  },
  invoke: {
    sagemaker: ["InvokeEndpoint", ...MACHINES, "DescribeModel"],
    objects: ["GetObject"],
    bucket: ["ListBucket"],
  },
  logs: {
    sagemaker: ["DescribeTrainingJob", "DescribeProcessingJob", "DescribeTransformJob", "DescribeEndpoint"],
    logs: READ_LOGS,
  },
  list: {
    sagemaker: [...MACHINES, "DescribeTrainingJob", "DescribeProcessingJob", "DescribeTransformJob"],
    any: lists("Endpoints", "TrainingJobs", "ProcessingJobs", "TransformJobs", "Models"),
  },
  delete: {
    sagemaker: [
      ...[
        "DeleteEndpoint",
        "DeleteEndpointConfig",
        "DeleteModel",
        "DeleteTrainingJob",
        "DeleteProcessingJob",
      ],
      ...["StopTrainingJob", "StopProcessingJob", "DescribeTrainingJob", "DescribeProcessingJob", "ListTags"],
      ...["DescribeModel", "DescribeTransformJob", ...MACHINES],
    ],
    any: [
      ...lists("Endpoints", "EndpointConfigs", "Models", "TrainingJobs", "ProcessingJobs", "TransformJobs"),
      ...autoscaling(["DeregisterScalableTarget", "DescribeScalableTargets"]),
      ...autoscaling(["DeleteScalingPolicy", "DescribeScalingPolicies"]),
      "cloudwatch:DeleteAlarms",
    ],
  },
  push: {
    any: [
      ...["GetAuthorizationToken", "DescribeRepositories", "CreateRepository", "BatchCheckLayerAvailability"],
      ...["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage", "BatchGetImage"],
    ].map((action) => `ecr:${action}`),
  },
  cost: {
    sagemaker: [...MACHINES, "DescribeTrainingJob", "DescribeProcessingJob", "DescribeTransformJob"],
    any: [...lists("Endpoints", "TrainingJobs", "ProcessingJobs", "TransformJobs"), "pricing:GetProducts"],
  },
  doctor: {
    any: [
      "iam:GetRole",
      "iam:SimulatePrincipalPolicy",
      "servicequotas:ListServiceQuotas",
      "ecr:DescribeImages",
    ],
    bucket: ["ListBucket"],
  },
} as const satisfies Readonly<Record<string, Needs>>;

/** All of them. */
export const POLICY_COMMANDS = Object.keys(NEEDS) as PolicyCommand[];

/** What a policy is narrowed to; `*` where it is not known. */
export interface PolicyScope {
  readonly region: string;
  readonly account: string;
  readonly bucket: string;
  /** ARN of the role that is passed. */
  readonly role: string;
}

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const KINDS = ["training-job", "processing-job", "transform-job", "model", "endpoint-config", "endpoint"];
const SCALING_SERVICE = "sagemaker.application-autoscaling.amazonaws.com";

/**
 * The least IAM policy for a command, as a document that `aws iam put-user-policy` takes.
 *
 * @example
 * ```ts
 * policyFor("invoke", { region: "eu-west-1", account: "111122223333", bucket: "drivers", role: "*" }).Statement[0].Action;
 * // ["sagemaker:InvokeEndpoint", "sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"]
 * ```
 */
export function policyFor(command: PolicyCommand, scope: PolicyScope) {
  const { sagemaker, any, objects, bucket, logs, passesRole, scales }: Needs = NEEDS[command];
  const { region, account, role } = scope;
  const statements: Statement[] = [];
  const allow = (Action: readonly string[], Resource: Statement["Resource"], Condition?: object) =>
    statements.push({ Effect: "Allow", Action, Resource, ...(Condition && { Condition }) });
  const named = (service: string, actions: readonly string[]) =>
    actions.map((action) => `${service}:${action}`);
  if (sagemaker)
    allow(
      named("sagemaker", sagemaker),
      KINDS.map((kind) => `arn:aws:sagemaker:${region}:${account}:${kind}/*`),
    );
  if (any) allow(any, "*");
  if (objects) allow(named("s3", objects), `arn:aws:s3:::${scope.bucket}/*`);
  if (bucket) allow(named("s3", bucket), `arn:aws:s3:::${scope.bucket}`);
  if (logs) allow(named("logs", logs), `arn:aws:logs:${region}:${account}:log-group:/aws/sagemaker/*`);
  if (passesRole)
    allow(["iam:PassRole"], role, { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } });
  if (scales)
    allow(
      ["iam:CreateServiceLinkedRole"],
      `arn:aws:iam::${account}:role/aws-service-role/${SCALING_SERVICE}/*`,
      {
        StringEquals: { "iam:AWSServiceName": SCALING_SERVICE },
      },
    );
  return { Version: "2012-10-17", Statement: statements } as const;
}
