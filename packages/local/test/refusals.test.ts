import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { useHosting } from "./hosting-support.js";
import { ROLE } from "./support.js";

const hosting = useHosting();

describe("what AWS refuses is refused here", () => {
  const variant = {
    VariantName: "v",
    ModelName: "one",
    InstanceType: "ml.m5.xlarge" as const,
    InitialInstanceCount: 1,
  };
  test.each([
    [
      "a model that exists",
      () =>
        new CreateModelCommand({
          ModelName: "one",
          ExecutionRoleArn: ROLE,
          PrimaryContainer: { Image: "stub" },
        }),
      'Cannot create already existing model "arn:aws:sagemaker:us-east-1:000000000000:model/one".',
    ],
    [
      "a config that exists",
      () => new CreateEndpointConfigCommand({ EndpointConfigName: "one", ProductionVariants: [variant] }),
      'Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/one".',
    ],
    [
      "an endpoint that exists",
      () => new CreateEndpointCommand({ EndpointName: "main", EndpointConfigName: "one" }),
      'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/main".',
    ],
    ["a missing model", () => new DescribeModelCommand({ ModelName: "no" }), "Could not find model"],
    [
      "a missing config",
      () => new DescribeEndpointConfigCommand({ EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    [
      "deleting a missing config",
      () => new DeleteEndpointConfigCommand({ EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    ["deleting a missing model", () => new DeleteModelCommand({ ModelName: "no" }), "Could not find model"],
    [
      "an endpoint of no config",
      () => new CreateEndpointCommand({ EndpointName: "x", EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    [
      "a variant of no model",
      () =>
        new CreateEndpointConfigCommand({
          EndpointConfigName: "x",
          ProductionVariants: [{ ...variant, ModelName: "no" }],
        }),
      "Could not find model",
    ],
    [
      "a weight for a variant that is not there",
      () =>
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: "main",
          DesiredWeightsAndCapacities: [{ VariantName: "v9", DesiredWeight: 1 }],
        }),
      'The variant name(s) "v9" is/are not present within endpoint configuration "one".',
    ],
    [
      "two weights for one variant",
      () =>
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: "main",
          DesiredWeightsAndCapacities: [
            { VariantName: "v1", DesiredWeight: 1 },
            { VariantName: "v1", DesiredWeight: 2 },
          ],
        }),
      'The variant name "v1" was non-unique within the request.',
    ],
    [
      "a name with a dot",
      () => new CreateEndpointCommand({ EndpointName: "a.b", EndpointConfigName: "one" }),
      "Value 'a.b' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
  ])("%s", async (_what, make, message) => {
    await expect(hosting.client.send(make() as CreateModelCommand)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  // Accepted and left undone it would be something else on AWS; the mechanism is tried member by member in
  // src/wire/honoured-members.test.ts.
  test.each([
    [
      "instances that SageMaker manages",
      () =>
        new CreateEndpointConfigCommand({
          EndpointConfigName: "x",
          ProductionVariants: [{ ...variant, ManagedInstanceScaling: { Status: "ENABLED" } }],
        }),
      "ProductionVariants[0].ManagedInstanceScaling of CreateEndpointConfig.",
    ],
    [
      "a rolling update",
      () =>
        new UpdateEndpointCommand({
          EndpointName: "main",
          EndpointConfigName: "one",
          DeploymentConfig: {
            RollingUpdatePolicy: {
              MaximumBatchSize: { Type: "INSTANCE_COUNT", Value: 1 },
              WaitIntervalInSeconds: 0,
            },
          },
        }),
      "DeploymentConfig.RollingUpdatePolicy of UpdateEndpoint.",
    ],
    [
      "a job that is tried again",
      () =>
        new CreateTrainingJobCommand({
          TrainingJobName: "again",
          RoleArn: ROLE,
          AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
          OutputDataConfig: { S3OutputPath: "s3://bucket/" },
          RetryStrategy: { MaximumRetryAttempts: 2 },
        }),
      "RetryStrategy of CreateTrainingJob.",
    ],
  ])("%s is not done here, and refused by name", async (_what, make, message) => {
    await expect(hosting.client.send(make() as UpdateEndpointCommand)).rejects.toMatchObject({
      name: "ValidationException",
      message: `The local SageMaker does not implement ${message}`,
    });
  });

  test("an operation that is not implemented is named in a typed error", async () => {
    const { CreateLabelingJobCommand } = await import("@aws-sdk/client-sagemaker");
    const sent = hosting.client.send(new CreateLabelingJobCommand({ LabelingJobName: "x" } as never));
    await expect(sent).rejects.toMatchObject({
      name: "NotImplementedException",
      message: expect.stringContaining("CreateLabelingJob"),
    });
  });
});
