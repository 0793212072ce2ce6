import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packDrawnPictures } from "./support/pack-drawn-pictures.js";

const sdkFolder = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
let local: LocalSageMaker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-readme-"));
  local = await startLocalSageMaker({ stateDir: join(folder, "state") });
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in the folder, with nothing but AWS's own variables to tell where the service is. */
async function run(name: string, code: string): Promise<string> {
  await writeFile(join(folder, name), code);
  const { stdout } = await promisify(execFile)(process.execPath, [name], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: local.url,
      AWS_REGION: local.region,
      AWS_ACCESS_KEY_ID: local.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: local.credentials.secretAccessKey,
    },
  });
  return stdout;
}

test("the README's example runs as it stands, on the built package, against local SageMaker", async () => {
  await mkdir(join(folder, "node_modules/@sightline"), { recursive: true });
  await symlink(sdkFolder, join(folder, "node_modules/@sightline/sdk"));
  const drawing = { folder: join(folder, "p"), classes: 8, perClass: 8, sidePixels: 48 };
  const { picture } = await packDrawnPictures(join(folder, "out/rec"), drawing);
  await copyFile(picture, join(folder, "img_1.jpg"));
  await run(
    "bucket.mjs",
    'import { createSession, ensureBucket } from "@sightline/sdk"; await ensureBucket(await createSession(), "drivers");',
  );

  const readme = await readFile(join(sdkFolder, "README.md"), "utf8");
  const example = /## Example\n\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const { code } = await transform(example, { loader: "ts", format: "esm" });
  const output = await run("example.mjs", code);
  expect(output).toMatch(/^0 train:accuracy 0\.\d+$/m);
  expect(output).toMatch(/^4 validation:accuracy [01](\.\d+)?$/m);
  expect(output.slice(output.lastIndexOf("["))).toMatch(/^\[(\s*[\d.e-]+,?){10}\s*\]\s*$/);
});
