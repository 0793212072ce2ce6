import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  UpdateModelPackageCommand,
} from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { createEndpoint, putModel, useHosting } from "./hosting-support.js";
import { ROLE } from "./support.js";

let uri: string;
const ModelPackageGroupName = "drivers";
const hosting = useHosting(async ({ client, s3 }) => {
  uri = await putModel(s3, "packaged");
  await client.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName, Tags: [{ Key: "k", Value: "v" }] }),
  );
}, 1);

const register = async (more: Partial<CreateModelPackageCommandInput> = {}) => {
  const { ModelPackageArn } = await hosting.client.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName,
      InferenceSpecification: {
        Containers: [{ Image: "stub", ModelDataUrl: uri, Environment: { EXTRA: "of the package" } }],
        SupportedContentTypes: ["text/plain"],
        SupportedResponseMIMETypes: ["application/json"],
      },
      CustomerMetadataProperties: { accuracy: "0.9" },
      ...more,
    }),
  );
  return ModelPackageArn!;
};
const describePackage = (ModelPackageName: string) =>
  hosting.client.send(new DescribeModelPackageCommand({ ModelPackageName }));
const approve = (ModelPackageArn: string, more: object = { ModelApprovalStatus: "Approved" }) =>
  hosting.client.send(new UpdateModelPackageCommand({ ModelPackageArn, ...more }));
const list = async (more: object = {}) => {
  const { ModelPackageSummaryList: found = [] } = await hosting.client.send(
    new ListModelPackagesCommand({ ModelPackageGroupName, ...more }),
  );
  return found.map(({ ModelPackageVersion, ModelApprovalStatus }) => [
    ModelPackageVersion,
    ModelApprovalStatus,
  ]);
};
const createModel = (ModelName: string, ModelPackageName: string, more: object = {}) =>
  hosting.client.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: ROLE,
      Containers: [{ ModelPackageName, ...more }],
    }),
  );

describe("the model registry", () => {
  test("counts the versions of a group, and lists them by what is said of them", async () => {
    const first = await register();
    const second = await register({ ModelApprovalStatus: "Approved", ModelPackageDescription: "better" });
    expect(first).toBe("arn:aws:sagemaker:us-east-1:000000000000:model-package/drivers/1");
    expect(await list()).toEqual([
      [1, "PendingManualApproval"],
      [2, "Approved"],
    ]);
    await approve(first, { ModelApprovalStatus: "Rejected", ApprovalDescription: "blurred" });
    expect(await list({ SortBy: "CreationTime", SortOrder: "Descending", MaxResults: 1 })).toEqual([
      [2, "Approved"],
    ]);
    expect(await list({ ModelApprovalStatus: "Rejected" })).toEqual([[1, "Rejected"]]);
    expect(await describePackage(first)).toMatchObject({
      ModelPackageGroupName: "drivers",
      ModelPackageVersion: 1,
      ModelPackageStatus: "Completed",
      ModelApprovalStatus: "Rejected",
      ApprovalDescription: "blurred",
      CustomerMetadataProperties: { accuracy: "0.9" },
      InferenceSpecification: { Containers: [{ Image: "stub", ModelDataUrl: uri }] },
    });
    const change = {
      CustomerMetadataProperties: { by: "ada" },
      CustomerMetadataPropertiesToRemove: ["accuracy"],
    };
    await approve(second, change);
    expect((await describePackage(second)).CustomerMetadataProperties).toEqual({ by: "ada" });
  });

  test("gives the same version for a request that is sent again", async () => {
    const ClientToken = "once";
    expect(await register({ ClientToken })).toBe(await register({ ClientToken }));
  });

  test("deploys what is approved, and nothing else", async () => {
    const arn = await register();
    await expect(createModel("pending", arn)).rejects.toThrow("PendingManualApproval, not Approved");
    await approve(arn);
    await createModel("approved", arn);
    const model = await hosting.client.send(new DescribeModelCommand({ ModelName: "approved" }));
    expect(model.Containers).toEqual([{ ModelPackageName: arn }]);
    const variant = { VariantName: "v1", InstanceType: "ml.m5.large", InitialInstanceCount: 1 } as const;
    await hosting.client.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: "approved",
        ProductionVariants: [{ ...variant, ModelName: "approved" }],
      }),
    );
    expect(await createEndpoint(hosting.client, "approved", "approved")).toMatchObject({
      EndpointStatus: "InService",
    });
    expect((await hosting.invoke("approved")).json).toMatchObject({
      answer: "packaged",
      extra: "of the package",
    });
  });

  test("gives no number twice, and groups go when they are empty", async () => {
    const arn = await register();
    await hosting.client.send(new DeleteModelPackageCommand({ ModelPackageName: arn }));
    await expect(describePackage(arn)).rejects.toThrow("does not exist");
    const next = await register();
    expect(Number(next.split("/").at(-1))).toBe(Number(arn.split("/").at(-1)) + 1);
    const remove = (name: string) =>
      hosting.client.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: name }));
    await expect(remove("drivers")).rejects.toMatchObject({ name: "ConflictException" });
    const { ModelPackageGroupArn } = await hosting.client.send(
      new DescribeModelPackageGroupCommand({ ModelPackageGroupName }),
    );
    const { Tags } = await hosting.client.send(new ListTagsCommand({ ResourceArn: ModelPackageGroupArn }));
    expect(Tags).toEqual([{ Key: "k", Value: "v" }]);
    await hosting.client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: "empty" }));
    await remove("empty");
    const { ModelPackageGroupSummaryList } = await hosting.client.send(new ListModelPackageGroupsCommand({}));
    expect(ModelPackageGroupSummaryList?.map(({ ModelPackageGroupName: name }) => name)).toEqual(["drivers"]);
  });

  test("has packages without a group too, and refuses what AWS refuses", async () => {
    const alone = { ModelPackageGroupName: undefined, ModelPackageName: "alone" };
    await register(alone);
    expect(await describePackage("alone")).toMatchObject({
      ModelPackageName: "alone",
      ModelPackageStatus: "Completed",
    });
    await expect(register(alone)).rejects.toThrow("already exists");
    await createModel("of-alone", "alone", { Environment: { EXTRA: "own" } });
    await expect(register({ ModelPackageName: "both" })).rejects.toThrow("Give either");
    await expect(register({ ModelPackageGroupName: "nobody" })).rejects.toThrow("does not exist");
    const twin = hosting.client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
    await expect(twin).rejects.toThrow("already exists");
  });
});
