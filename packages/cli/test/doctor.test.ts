import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
const ROLE = "arn:aws:iam::111122223333:role/training";
let folder: string;
let local: LocalSageMaker;
let beside: http.Server;
/** What IAM, Service Quotas and ECR answer; an operation that is not here is refused as without permission. */
let answers: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-doctor-"));
  local = await startLocalSageMaker({ stateDir: join(folder, "state") });
  beside = http.createServer(async (request, response) => {
    const body = await text(request);
    const operation =
      String(request.headers["x-amz-target"] ?? "").split(".")[1] ??
      new URLSearchParams(body).get("Action") ??
      "";
    const answer = answers[operation];
    const isXml = request.headers["x-amz-target"] === undefined;
    response.setHeader("content-type", isXml ? "text/xml" : "application/x-amz-json-1.1");
    response.statusCode = answer === undefined ? 403 : answer.includes("Exception") ? 400 : 200;
    const denied = isXml
      ? "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
      : '{"__type":"AccessDeniedException","message":"no"}';
    response.end(answer ?? denied);
  });
  await new Promise<void>((resolve) => beside.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  beside.closeAllConnections();
  await new Promise((resolve) => beside.close(resolve));
  await local.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  answers = {};
});

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
  readonly remedy?: string;
}

async function doctor(...args: string[]): Promise<{ code: number; findings: Map<string, Finding> }> {
  const url = `http://127.0.0.1:${(beside.address() as AddressInfo).port}`;
  const env = {
    ...process.env,
    ...local.env,
    AWS_ENDPOINT_URL_IAM: url,
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: url,
    AWS_ENDPOINT_URL_ECR: url,
    SIGHTLINE_ROLE_ARN: ROLE,
  };
  return examine(env, ["--instance", "ml.g5.xlarge", ...args]);
}

async function examine(env: NodeJS.ProcessEnv, args: readonly string[] = []) {
  const given = [program, "doctor", "--json", ...args];
  const child = spawn(process.execPath, given, { env, stdio: ["ignore", "pipe", "inherit"] });
  const [out, [code]] = await Promise.all([text(child.stdout!), once(child, "close")]);
  const findings = JSON.parse(out) as Finding[];
  return { code: code as number, findings: new Map(findings.map((finding) => [finding.check, finding])) };
}

const role = (service: string) => {
  const trust = {
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  return `<GetRoleResponse><GetRoleResult><Role><RoleName>training</RoleName><Arn>${ROLE}</Arn><AssumeRolePolicyDocument>${encodeURIComponent(JSON.stringify(trust))}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`;
};
const decision = (word: string) =>
  `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member><EvalActionName>iam:PassRole</EvalActionName><EvalDecision>${word}</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`;
const quotas = (Value: number) =>
  JSON.stringify({
    Quotas: ["training job usage", "endpoint usage"].map((use) => ({
      QuotaName: `ml.g5.xlarge for ${use}`,
      Value,
    })),
  });

test("a machine with no region is told what names one", async () => {
  const { code, findings } = await examine({ PATH: process.env.PATH, HOME: folder });
  expect(code).toBe(1);
  expect(findings.get("Node.js")).toMatchObject({ status: "ok" });
  expect(findings.get("region")).toMatchObject({
    status: "failed",
    remedy: expect.stringContaining("--region"),
  });
});

test("everything is well where role, right and quota are", async () => {
  answers = {
    GetRole: role("sagemaker.amazonaws.com"),
    SimulatePrincipalPolicy: decision("allowed"),
    ListServiceQuotas: quotas(2),
  };
  const { code, findings } = await doctor();
  expect(code).toBe(0);
  expect(findings.get("role")).toMatchObject({ status: "ok" });
  expect(findings.get("iam:PassRole")).toMatchObject({ status: "ok" });
  expect(findings.get("quota")).toMatchObject({ status: "ok", detail: "ml.g5.xlarge for endpoint usage: 2" });
});

test("a role that trusts others, a right that is missing, a quota of none, and an image that is not there fail, each with its remedy", async () => {
  answers = {
    GetRole: role("lambda.amazonaws.com"),
    SimulatePrincipalPolicy: decision("implicitDeny"),
    ListServiceQuotas: quotas(0),
    DescribeImages: '{"__type":"ImageNotFoundException","message":"no"}',
  };
  const image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/sightline:1";
  const { code, findings } = await doctor("--image", image, "--bucket", "no-such-bucket");
  expect(code).toBe(1);
  for (const [check, remedy] of [
    ["role", "update-assume-role-policy --role-name training"],
    ["iam:PassRole", "doctor --policy train"],
    ["quota", "Service Quotas"],
    ["bucket", "--create-bucket"],
    ["image", "--repository sightline"],
  ] as const)
    expect(findings.get(check)).toMatchObject({ status: "failed", remedy: expect.stringContaining(remedy) });
});

test("what may not be looked at is a warning that names the permission", async () => {
  const { code, findings } = await doctor();
  expect(code).toBe(0);
  expect(findings.get("role")).toMatchObject({
    status: "warning",
    remedy: expect.stringContaining("iam:GetRole"),
  });
  expect(findings.get("quota of ml.g5.xlarge")).toMatchObject({
    remedy: expect.stringContaining("servicequotas:ListServiceQuotas"),
  });
});
