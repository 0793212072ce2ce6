import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  Choice,
  Condition,
  DefinitionBody,
  JsonPath,
  LogLevel,
  Pass,
  StateMachine,
  TaskInput,
  type TaskStateBase,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { acknowledgeWildcards } from "../parts/acknowledge.js";
import { handlerFolder, handlerFunction } from "../parts/handler-function.js";

/** Videos that one invocation cannot do: many instances share each. */
export interface LongVideos {
  /** Size in bytes from which a video is long. Default 1,000,000,000. */
  readonly fromBytes?: number;
  /** S3 folder, below `models/` of the foundation's bucket, that holds the files of the packed model. */
  readonly modelUri: string;
  /** URI of this project's image. Default: tag `1` of the foundation's repository. */
  readonly imageUri?: string;
  /** Type of the instances. Default `ml.c5.4xlarge`. */
  readonly instanceType?: string;
  /** Instances that share a video, 2 to 100. Default 4. */
  readonly instanceCount?: number;
  /** Disk of each in GiB; it holds video, shares and result. Default 100. */
  readonly volumeGb?: number;
  /** Seconds between two looks at a job. Default 30. */
  readonly lookSeconds?: number;
}

/** What the machine needs of its pipeline. */
export interface LongVideoMachineProps extends Omit<LongVideos, "fromBytes"> {
  readonly imageUri: string;
  readonly role: IRole;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logRetention: RetentionDays;
}

/**
 * Shares a video, waits, joins, waits, and tells the topics how it ended. Jobs are started and looked at by a
 * function: emulators' own integration of SageMaker would not reach the one beside them.
 */
export class LongVideoMachine extends Construct {
  readonly machine: StateMachine;
  /** The function that does the steps. */
  readonly worker: LambdaFunction;

  constructor(scope: Construct, id: string, props: LongVideoMachineProps) {
    super(scope, id);
    const { role, imageUri, modelUri, instanceType = "ml.c5.4xlarge", instanceCount = 4 } = props;
    const jobs = `arn:${Aws.PARTITION}:sagemaker:${Aws.REGION}:${Aws.ACCOUNT_ID}:processing-job/*`;
    this.worker = handlerFunction(this, "Worker", {
      folder: handlerFolder("long-video"),
      description: "Starts the jobs of a long video and looks how they are",
      environment: {
        ...props.environment,
        IMAGE: imageUri,
        MODEL_URI: modelUri,
        ROLE: role.roleArn,
        INSTANCE_TYPE: instanceType,
        INSTANCE_COUNT: String(instanceCount),
        VOLUME_GB: String(props.volumeGb ?? 100),
      },
      timeout: Duration.seconds(60),
      memoryMb: 512,
      logRetention: props.logRetention,
      statements: [
        ...props.statements,
        new PolicyStatement({
          actions: ["CreateProcessingJob", "DescribeProcessingJob", "AddTags"].map(
            (one) => `sagemaker:${one}`,
          ),
          resources: [jobs],
        }),
        new PolicyStatement({
          actions: ["iam:PassRole"],
          resources: [role.roleArn],
          conditions: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
        }),
      ],
    });
    acknowledgeWildcards(this, [jobs], "A job is named after its video.");
    this.machine = new StateMachine(this, "Machine", {
      definitionBody: DefinitionBody.fromChainable(this.#steps(props.lookSeconds ?? 30)),
      // SageMaker Processing ends a job after five days at the latest.
      timeout: Duration.days(6),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, "Log", {
          retention: props.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
      },
    });
    acknowledgeWildcards(this.machine, ["*"], "Deliveries of logs and traces know no resource.");
    acknowledgeWildcards(
      this.machine,
      [`${this.worker.functionArn}:*`],
      "CDK lets a machine call every version of its function.",
    );
  }

  #steps(lookSeconds: number) {
    const failed = this.#step(
      "Fail",
      { step: "fail", error: JsonPath.objectAt("$.error") },
      JsonPath.DISCARD,
    );
    const guarded = (task: TaskStateBase) => task.addCatch(failed, { resultPath: "$.error" });
    const finish = guarded(this.#step("Finish", { step: "finish" }, JsonPath.DISCARD));
    const job = (kind: "share" | "join", then: TaskStateBase) => {
      const name = kind === "share" ? "Share" : "Join";
      const start = guarded(this.#step(name, { step: kind }, "$.at"));
      const look = guarded(
        this.#step(`LookAt${name}`, { step: "look", job: JsonPath.stringAt("$.at.job") }, "$.at"),
      );
      const wait = new Wait(this, `WaitFor${name}`, {
        time: WaitTime.duration(Duration.seconds(lookSeconds)),
      });
      const done = Condition.stringEquals("$.at.status", "Completed");
      start.next(wait);
      wait.next(look);
      look.next(new Choice(this, `Is${name}Done`).when(done, then).otherwise(wait));
      return start;
    };
    const begin = new Pass(this, "Begin", {
      parameters: { startedAt: JsonPath.stringAt("$$.Execution.StartTime") },
      resultPath: "$.execution",
    });
    begin.next(job("share", job("join", finish)));
    return begin;
  }

  /** A step done by the function, with what is known of the video. */
  #step(id: string, payload: Record<string, unknown>, resultPath: string): LambdaInvoke {
    const video = Object.fromEntries(
      ["id", "bucket", "key", "outputFolder"].map((name) => [name, JsonPath.stringAt(`$.${name}`)]),
    );
    const startedAt = JsonPath.stringAt("$.execution.startedAt");
    return new LambdaInvoke(this, id, {
      lambdaFunction: this.worker,
      payload: TaskInput.fromObject({ ...video, startedAt, ...payload }),
      payloadResponseOnly: true,
      resultPath,
    });
  }
}
