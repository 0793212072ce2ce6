import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Repository, TagMutability } from "aws-cdk-lib/aws-ecr";
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledgeWildcards } from "../parts/acknowledge.js";

/** What the foundation is to be like. */
export interface SightlineFoundationProps {
  /** Keep bucket and repository, with all that is in them, when the stack is destroyed. Default true. */
  readonly keepData?: boolean;
  /** Name of the repository of the container's image. Default `sightline`: local runs an image of that name itself. */
  readonly repositoryName?: string;
  /** Days after which former versions of objects go. Default 30. */
  readonly formerVersionDays?: number;
}

const SCALING_SERVICE = "sagemaker.application-autoscaling.amazonaws.com";

/** Folders of the bucket, by what they are for. */
const FOLDERS = {
  channels: "channels/",
  models: "models/",
  // Where startTrainingJob writes when it is told no other place.
  training: "training/",
  jobs: "jobs/",
} as const;

/**
 * What training and hosting need of an account: a bucket, a repository for the container's image, a role for each of
 * training and hosting, and the policy of whoever starts jobs and deploys. `channels/` holds data sets, `models/` and
 * `training/` what training leaves, `jobs/` what transform and asynchronous inference read and write.
 *
 * @example
 * ```ts
 * const foundation = new SightlineFoundation(stack, "Foundation");
 * new CfnOutput(stack, "TrainingRole", { value: foundation.trainingRole.roleArn }); // SIGHTLINE_ROLE_ARN
 * ```
 */
export class SightlineFoundation extends Construct {
  /** Data sets, models and jobs. Encrypted, versioned, TLS only, with access logs. */
  readonly bucket: Bucket;
  /** The container's image. */
  readonly repository: Repository;
  /** Training and processing: reads `channels/`, `models/` and `training/`, writes `models/`, `training/` and `jobs/`. */
  readonly trainingRole: Role;
  /** Endpoints and transform: reads `models/`, `training/` and `jobs/`, writes `jobs/`. */
  readonly hostingRole: Role;
  /** For who starts jobs and deploys: SageMaker's calls, and handing on the two roles to SageMaker alone. */
  readonly deployerPolicy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: SightlineFoundationProps = {}) {
    super(scope, id);
    const { keepData = true, repositoryName = "sightline", formerVersionDays = 30 } = props;
    const removal = {
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !keepData,
    };
    const common = {
      ...removal,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    };
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...common,
      objectOwnership: ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    });
    this.bucket = new Bucket(this, "Bucket", {
      ...common,
      versioned: true,
      // CDK's own class does not fit its interface where optional members are exact.
      serverAccessLogsBucket: accessLogs as IBucket,
      serverAccessLogsPrefix: "s3/",
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(formerVersionDays),
        },
      ],
    });
    this.repository = new Repository(this, "Repository", {
      repositoryName,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      removalPolicy: removal.removalPolicy,
      emptyOnDelete: !keepData,
      lifecycleRules: [{ maxImageCount: 20 }],
    });
    const { channels, models, training, jobs } = FOLDERS;
    this.trainingRole = this.#sageMakerRole(
      "Training",
      [channels, models, training],
      [models, training, jobs],
    );
    this.hostingRole = this.#sageMakerRole("Hosting", [models, training, jobs], [jobs]);
    this.deployerPolicy = this.#makeDeployerPolicy();
  }

  #sageMakerRole(name: string, reads: readonly string[], writes: readonly string[]): Role {
    const role = new Role(this, `${name}Role`, {
      assumedBy: new ServicePrincipal("sagemaker.amazonaws.com"),
      description: `${name} of Sightline's models`,
    });
    const below = (folders: readonly string[]) =>
      folders.map((folder) => this.bucket.arnForObjects(`${folder}*`));
    const { partition, region, account } = Stack.of(this);
    const logs = `arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`;
    const allow = (actions: string[], resources: string[], conditions: object = {}) =>
      role.addToPolicy(new PolicyStatement({ actions, resources, conditions: { ...conditions } }));
    allow(["s3:GetObject"], below(reads));
    allow(["s3:PutObject", "s3:AbortMultipartUpload"], below(writes));
    const folders = [...new Set([...reads, ...writes])];
    allow(["s3:ListBucket"], [this.bucket.bucketArn], {
      StringLike: { "s3:prefix": folders.map((folder) => `${folder}*`) },
    });
    allow(
      ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      [logs],
    );
    allow(["cloudwatch:PutMetricData"], ["*"], {
      StringLike: { "cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"] },
    });
    this.repository.grantPull(role);
    acknowledgeWildcards(role, below(folders), "Objects below a folder have no fixed names.");
    acknowledgeWildcards(role, [logs], "SageMaker makes a log group for each endpoint.");
    acknowledgeWildcards(
      role,
      ["*"],
      "Metrics and the registry's token know no resource; metrics are bound by namespace.",
    );
    return role;
  }

  #makeDeployerPolicy(): ManagedPolicy {
    const { partition, region, account } = Stack.of(this);
    const made = [
      "training-job",
      "processing-job",
      "transform-job",
      "hyper-parameter-tuning-job",
      "model",
      "endpoint-config",
      "endpoint",
    ].map((kind) => `arn:${partition}:sagemaker:${region}:${account}:${kind}/*`);
    const objects = this.bucket.arnForObjects("*");
    const scalingRole = `arn:${partition}:iam::${account}:role/aws-service-role/${SCALING_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;
    const policy = new ManagedPolicy(this, "DeployerPolicy", {
      description: "Starts Sightline's jobs and deploys its endpoints",
      statements: [
        new PolicyStatement({ actions: DEPLOYER_ACTIONS, resources: made }),
        new PolicyStatement({
          actions: ["iam:PassRole"],
          resources: [this.trainingRole.roleArn, this.hostingRole.roleArn],
          conditions: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        }),
        // The first endpoint of an account that scales makes the role that scales it.
        new PolicyStatement({
          actions: ["iam:CreateServiceLinkedRole"],
          resources: [scalingRole],
          conditions: { StringEquals: { "iam:AWSServiceName": SCALING_SERVICE } },
        }),
        new PolicyStatement({
          actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
          resources: [objects],
        }),
        new PolicyStatement({ actions: ["s3:ListBucket"], resources: [this.bucket.bucketArn] }),
        new PolicyStatement({ actions: UNBOUND_ACTIONS, resources: ["*"] }),
      ],
    });
    acknowledgeWildcards(
      policy,
      made,
      "Jobs, models and endpoints are made under names of the deployer's choice.",
    );
    acknowledgeWildcards(
      policy,
      [objects],
      "The deployer puts data sets and reads results anywhere in this bucket.",
    );
    acknowledgeWildcards(policy, ["*"], "Lists, scalable targets, metrics and alarms know no resource.");
    return policy;
  }
}

const jobs = ["TrainingJob", "ProcessingJob", "TransformJob", "HyperParameterTuningJob"];
const resources = ["Model", "EndpointConfig", "Endpoint"];

/** What is done with jobs, models and endpoints by name. */
const DEPLOYER_ACTIONS = [
  ...jobs.flatMap((job) => ["Create", "Describe", "Stop"].map((verb) => `${verb}${job}`)),
  ...resources.flatMap((resource) => ["Create", "Describe", "Delete"].map((verb) => `${verb}${resource}`)),
  ...["UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "InvokeEndpoint", "InvokeEndpointAsync"],
  ...["DeleteTrainingJob", "DeleteProcessingJob", "AddTags", "ListTags"],
].map((action) => `sagemaker:${action}`);

/** What knows no resource. */
const UNBOUND_ACTIONS = [
  ...[...jobs, ...resources].map((kind) => `sagemaker:List${kind}s`),
  ...["RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets"].map(
    (action) => `application-autoscaling:${action}`,
  ),
  ...["PutScalingPolicy", "DeleteScalingPolicy", "DescribeScalingPolicies", "DescribeScalingActivities"].map(
    (action) => `application-autoscaling:${action}`,
  ),
  // SageMaker guide, "Auto scaling prerequisites", asks for all three.
  ...["PutMetricAlarm", "DescribeAlarms", "DeleteAlarms"].map((action) => `cloudwatch:${action}`),
  ...["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics"],
  ...["logs:GetLogEvents", "logs:DescribeLogStreams"],
];
