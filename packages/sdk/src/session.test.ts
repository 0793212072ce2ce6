import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeAws } from "../test/support/fake-aws.js";
import { createSession } from "./create-session.js";
import { InvalidInputError } from "./errors.js";

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

test("region, bucket and role come from the environment when they are not given", async () => {
  vi.stubEnv("AWS_REGION", "");
  vi.stubEnv("AWS_DEFAULT_REGION", "eu-west-3");
  vi.stubEnv("SIGHTLINE_BUCKET", "from-env");
  vi.stubEnv("SIGHTLINE_ROLE_ARN", "arn:aws:iam::111122223333:role/env");
  const session = await createSession();
  expect(session.region).toBe("eu-west-3");
  expect(session.bucket).toBe("from-env");
  expect(await session.role()).toBe("arn:aws:iam::111122223333:role/env");
});

test("the role is the one the program runs as, asked for once", async () => {
  const cases = [
    ["arn:aws:sts::111122223333:assumed-role/trainer/me", "arn:aws:iam::111122223333:role/trainer"],
    [
      "arn:aws:sts::111122223333:assumed-role/AmazonSageMaker-ExecutionRole-20200101/SageMaker",
      "arn:aws:iam::111122223333:role/service-role/AmazonSageMaker-ExecutionRole-20200101",
    ],
    ["arn:aws-cn:sts::111122223333:assumed-role/trainer/me", "arn:aws-cn:iam::111122223333:role/trainer"],
  ] as const;
  for (const [Arn, role] of cases) {
    aws.on("GetCallerIdentity", () => ({ Arn }));
    const { role: _, ...options } = { role: undefined };
    const session = await createSession({
      region: "us-east-1",
      endpointUrl: aws.url,
      credentials: { accessKeyId: "AKIDFAKE", secretAccessKey: "fake-secret" },
      ...options,
    });
    expect(await session.role()).toBe(role);
    expect(await session.role()).toBe(role);
  }
  expect(aws.inputs("GetCallerIdentity")).toHaveLength(cases.length);
});

test("a profile gives region and credentials", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sl-sdk-profile-"));
  await writeFile(
    join(folder, "config"),
    "[profile vision]\nregion = eu-north-1\naws_access_key_id = AKIDFAKE\naws_secret_access_key = fake-secret\n",
  );
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "none"));
  aws.on("GetCallerIdentity", () => ({ Arn: "arn:aws:iam::1:user/me", Account: "444455556666" }));
  const session = await createSession({ profile: "vision", endpointUrl: aws.url });
  expect(session.region).toBe("eu-north-1");
  expect(await session.account()).toBe("444455556666");
  expect(await session.account()).toBe("444455556666");
  expect(aws.inputs("GetCallerIdentity")).toHaveLength(1);
  await expect(createSession({ profile: "nobody" })).rejects.toThrow(/^No AWS region: pass `region`/);
  await rm(folder, { recursive: true });
});

test("a user is no role, and the error says what to do", async () => {
  aws.on("GetCallerIdentity", () => ({ Arn: "arn:aws:iam::111122223333:user/me" }));
  const session = await createSession({
    region: "us-east-1",
    endpointUrl: aws.url,
    credentials: { accessKeyId: "AKIDFAKE", secretAccessKey: "fake-secret" },
  });
  await expect(session.role()).rejects.toThrow(
    /runs as arn:aws:iam::111122223333:user\/me.*SIGHTLINE_ROLE_ARN/,
  );
});

test("a bucket given as a URI, a wrong owner and too many tags are refused", async () => {
  await expect(createSession({ region: "us-east-1", bucket: "s3://drivers" })).rejects.toThrow(
    InvalidInputError,
  );
  await expect(createSession({ region: "us-east-1", expectedBucketOwner: "me" })).rejects.toThrow(
    /12 digits/,
  );
  const tags = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`t${index}`, "x"]));
  await expect(createSession({ region: "us-east-1", tags })).rejects.toThrow(/at most 40 tags/);
  await expect(createSession({ region: "us-east-1", tags: { "aws:x": "1" } })).rejects.toThrow(/aws:/);
});

test("a session of one's own clients sends through them", async () => {
  const sent: string[] = [];
  const session = await createSession({
    region: "us-east-1",
    send: async <Output>(_service: string, operation: string) => {
      sent.push(operation);
      return { Arn: "arn:aws:sts::1:assumed-role/r/s" } as Output;
    },
  });
  expect(await session.role()).toBe("arn:aws:iam::1:role/r");
  expect(sent).toEqual(["GetCallerIdentity"]);
});

test("an empty region is none, and an id must be able to be a tag", async () => {
  vi.stubEnv("AWS_REGION", "eu-west-3");
  expect((await createSession({ region: "" })).region).toBe("eu-west-3");
  for (const id of ["x".repeat(257), "a\nb"])
    await expect(createSession({ id })).rejects.toThrow(InvalidInputError);
});
