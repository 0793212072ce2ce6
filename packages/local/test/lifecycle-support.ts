import { readdirSync, readFileSync } from "node:fs";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { ROLE, type startStub } from "./support.js";

/** The clients of a server. */
export const clientsOf = (config: Awaited<ReturnType<typeof startStub>>["config"]) => ({
  client: new SageMakerClient(config),
  s3: new S3Client(config),
  runtime: new SageMakerRuntimeClient(config),
});

/** A training job that does nothing, and does not stop when told to. */
export const startSleepingJob = async ({
  client,
  s3,
}: Pick<ReturnType<typeof clientsOf>, "client" | "s3">) => {
  await s3.send(new CreateBucketCommand({ Bucket: "jobs" }));
  await client.send(
    new CreateTrainingJobCommand({
      TrainingJobName: "sleeper",
      RoleArn: ROLE,
      AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
      OutputDataConfig: { S3OutputPath: "s3://jobs/" },
      ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      HyperParameters: { sleep: "600", stubborn: "1" },
    }),
  );
};
/** Processes whose command line names a stub and whose tree lies below a state directory. */
export const stubProcesses = (stateDir: string): number[] =>
  readdirSync("/proc").flatMap((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      return command.includes("/stub/") && environment.includes(stateDir) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
