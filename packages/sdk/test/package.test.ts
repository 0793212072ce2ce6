import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAws } from "./support/fake-aws.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-package-"));
  await mkdir(join(folder, "node_modules/@sightline"), { recursive: true });
  await symlink(root, join(folder, "node_modules/@sightline/sdk"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["index.d.ts", "index.d.cts", "lambda.d.ts", "lambda.d.cts"])(
  "%s names no type of the AWS clients",
  async (file) => {
    const types = await readFile(join(root, "dist", file), "utf8");
    expect(types).not.toMatch(/@aws-sdk|@smithy|p-limit/);
    expect(types).not.toMatch(/Uint8Array</);
  },
);

test("importing the package loads no AWS client", async () => {
  const script = `
    const sdk = require("@sightline/sdk");
    require("@sightline/sdk/lambda");
    const loaded = Object.keys(require.cache).filter((file) => /aws-sdk|smithy/.test(file));
    console.log(JSON.stringify({ loaded, exports: Object.keys(sdk).length }));`;
  const { stdout } = await run(process.execPath, ["-e", script], { cwd: folder });
  const seen = JSON.parse(stdout);
  expect(seen.loaded).toEqual([]);
  expect(seen.exports).toBeGreaterThan(50);
});

test("ESM and CommonJS export the same, and each knows the other's errors", async () => {
  const script = `
    import { createRequire } from "node:module";
    import * as esm from "@sightline/sdk";
    const cjs = createRequire(import.meta.url)("@sightline/sdk");
    const error = new cjs.WaitTimeoutError("x", 1000, undefined);
    console.log(JSON.stringify({
      same: Object.keys(esm).sort().join() === Object.keys(cjs).sort().join(),
      name: error.name,
      instance: error instanceof esm.SdkError,
      known: esm.SdkError.isInstance(error),
    }));`;
  await writeFile(join(folder, "both.mjs"), script);
  const { stdout } = await run(process.execPath, ["both.mjs"], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({ same: true, name: "WaitTimeoutError", instance: false, known: true });
});

test("a program that uses every client writes nothing to stderr, on any Node.js", async () => {
  const aws = await FakeAws.start();
  aws
    .on("ListModels", () => ({ Models: [] }))
    .on("GetCallerIdentity", () => ({ Arn: "arn:aws:sts::1:assumed-role/a/b" }))
    .on("DescribeLogStreams", () => ({ logStreams: [] }))
    .on("DescribeScalableTargets", () => ({ ScalableTargets: [] }))
    .on("InvokeEndpoint", () => ({ headers: { "content-type": "application/json" }, body: "[1]" }));
  aws.s3.bucket("drivers");
  const script = `
    const sdk = require("@sightline/sdk");
    (async () => {
      const session = await sdk.createSession();
      await session.send("sagemaker", "ListModels", {});
      await session.send("logs", "DescribeLogStreams", { logGroupName: "g" });
      await session.send("application-auto-scaling", "DescribeScalableTargets", { ServiceNamespace: "sagemaker" });
      await sdk.ensureBucket(session, "drivers");
      console.log(await session.role(), await sdk.classifyImage(session, "e", new Uint8Array(1)));
      session.close();
    })();`;
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIDFAKE",
    AWS_SECRET_ACCESS_KEY: "fake-secret",
  };
  const { stdout, stderr } = await run(process.execPath, ["-e", script], { cwd: folder, env });
  expect(stdout).toBe("arn:aws:iam::1:role/a [ 1 ]\n");
  expect(stderr).toBe("");
  await aws.stop();
});

test("the README's examples compile", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] as string);
  expect(examples.length).toBeGreaterThan(0);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const files = examples.map((_, index) => join(folder, `readme-${index}.ts`));
  for (const [index, file] of files.entries()) await writeFile(file, examples[index] as string);
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [fileURLToPath(new URL("../../../node_modules/@types", import.meta.url))],
    noEmit: true,
  });
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
});

test("types resolve the old way (Node10, as in tslab) and keep a byte array a byte array", async () => {
  const file = join(folder, "cell.ts");
  await writeFile(
    file,
    `import * as sdk from "@sightline/sdk";
     import { createVideoTrigger } from "@sightline/sdk/lambda";
     export const handler = createVideoTrigger({ endpointName: "e", inputUri: "s3://a/", outputUri: "s3://b/" });
     export async function cell() {
       const session = await sdk.createSession({ bucket: "drivers" });
       const bytes = await sdk.readObject(session, "a");
       const text: string = bytes;
       const done = await sdk.waitForTrainingJob(session, "job");
       const accuracy: number | undefined = done.finalMetrics["validation:accuracy"];
       return { text, accuracy };
     }`,
  );
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [fileURLToPath(new URL("../../../node_modules/@types", import.meta.url))],
    skipLibCheck: true,
    noEmit: true,
  });
  const messages = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n").split("\n")[0]);
  // The one mistake that the cell makes is seen; had the types not been found, it would not be.
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/^Type 'Uint8Array.*' is not assignable to type 'string'/);
});
