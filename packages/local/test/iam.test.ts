import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateModelCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStub } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let iam: IAMClient;
let sts: STSClient;
beforeAll(async () => {
  stub = await startStub();
  iam = new IAMClient(stub.config);
  sts = new STSClient(stub.config);
});
afterAll(() => stub.dispose());

/** A trust policy. */
const trusting = (Principal: object | string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
  });
const createRole = async (RoleName: string, principal: object | string) => {
  const made = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(principal) }),
  );
  return made.Role!.Arn!;
};
const createModel = (ModelName: string, ExecutionRoleArn: string) =>
  new SageMakerClient(stub.config).send(
    new CreateModelCommand({ ModelName, ExecutionRoleArn, PrimaryContainer: { Image: "stub" } }),
  );

test("SageMaker runs as a role only when the role trusts it; a role that is not known is not asked", async () => {
  const arn = await createRole("lambda-only", { Service: "lambda.amazonaws.com" });
  await expect(createModel("m", arn)).rejects.toMatchObject({
    name: "ValidationException",
    message: `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
  });
  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: "lambda-only",
      PolicyDocument: trusting({ Service: ["lambda.amazonaws.com", "sagemaker.amazonaws.com"] }),
    }),
  );
  await createModel("m", arn);
  await createModel("n", "arn:aws:iam::000000000000:role/of-somewhere-else");
});

test("the role that callers are said to have is there, and trusts SageMaker", async () => {
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  const RoleName = /:assumed-role\/([^/]+)\//.exec(Arn!)![1]!;
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role!.Arn).toBe(`arn:aws:iam::000000000000:role/${RoleName}`);
  expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toContain("sagemaker.amazonaws.com");
  await createModel("own", Role!.Arn!);
});

test("policies are kept with their role, which cannot go before them", async () => {
  const RoleName = "with-policies";
  await createRole(RoleName, { Service: "sagemaker.amazonaws.com" });
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/Some";
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(attached.AttachedPolicies).toEqual([{ PolicyArn, PolicyName: "Some" }]);
  await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "DeleteConflictException",
  });
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  const broken = { RoleName, PolicyName: "own", PolicyDocument: "{" };
  await expect(iam.send(new PutRolePolicyCommand(broken))).rejects.toThrow("The policy is not JSON");
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([]);
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});

test("keys of an assumed role sign requests, also after a restart; a role that trusts others gives none", async () => {
  const RoleArn = await createRole("assumed", { AWS: "arn:aws:iam::000000000000:root" });
  const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ada" }));
  const credentials = {
    accessKeyId: keys!.AccessKeyId!,
    secretAccessKey: keys!.SecretAccessKey!,
    sessionToken: keys!.SessionToken!,
  };
  const assumed = new STSClient({ ...stub.config, credentials });
  const identity = await assumed.send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toBe("arn:aws:sts::000000000000:assumed-role/assumed/ada");
  // A session of a session is the same caller.
  const more = await assumed.send(new GetSessionTokenCommand({}));
  expect(more.Credentials!.AccessKeyId).not.toBe(credentials.accessKeyId);

  await stub.local.close();
  const again = await startStub({ stateDir: stub.stateDir, port: stub.local.port });
  stub = again;
  expect((await assumed.send(new GetCallerIdentityCommand({}))).Arn).toBe(identity.Arn);
  const wrong = new STSClient({ ...stub.config, credentials: { ...credentials, sessionToken: "x" } });
  await expect(wrong.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });

  const strangers = await createRole("strangers", { AWS: "111111111111" });
  for (const RoleArn of [strangers, "arn:aws:iam::000000000000:role/nobody"]) {
    const refused = sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ada" }));
    await expect(refused).rejects.toMatchObject({ name: "AccessDenied" });
  }
});
