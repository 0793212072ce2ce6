import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
  RepositoryAlreadyExistsException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { afterEach, expect, test } from "vitest";
import { startStub } from "./support.js";

const stubs: Awaited<ReturnType<typeof startStub>>[] = [];
afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.dispose();
});

async function open(registry?: string): Promise<ECRClient> {
  const stub = await startStub(registry === undefined ? {} : { registry });
  stubs.push(stub);
  return new ECRClient(stub.config);
}

test("a repository is made once, found again, and named in the registry that stands for ECR", async () => {
  const ecr = await open("127.0.0.1:5000");
  const asked = new DescribeRepositoriesCommand({ repositoryNames: ["team/drivers"] });
  await expect(ecr.send(asked)).rejects.toThrow(RepositoryNotFoundException);
  const make = new CreateRepositoryCommand({
    repositoryName: "team/drivers",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  });
  const { repository } = await ecr.send(make);
  expect(repository).toMatchObject({
    repositoryName: "team/drivers",
    repositoryArn: "arn:aws:ecr:us-east-1:000000000000:repository/team/drivers",
    registryId: "000000000000",
    repositoryUri: "127.0.0.1:5000/team/drivers",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  });
  await expect(ecr.send(make)).rejects.toThrow(RepositoryAlreadyExistsException);
  expect((await ecr.send(asked)).repositories).toEqual([repository]);
  expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([repository]);
});

test("a login is for the registry, and for AWS's own name where there is none", async () => {
  const login = async (registry?: string) =>
    (await (await open(registry)).send(new GetAuthorizationTokenCommand({}))).authorizationData?.[0];
  const local = await login("127.0.0.1:5000");
  expect(local?.proxyEndpoint).toBe("http://127.0.0.1:5000");
  expect(Buffer.from(local!.authorizationToken!, "base64").toString()).toMatch(/^AWS:./);
  expect((await login())?.proxyEndpoint).toBe("https://000000000000.dkr.ecr.us-east-1.amazonaws.com");
});

test("what is not done here is refused by its name", async () => {
  const ecr = await open();
  await expect(ecr.send(new ListImagesCommand({ repositoryName: "drivers" }))).rejects.toThrow(/ListImages/);
  await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: "Drivers" }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});
