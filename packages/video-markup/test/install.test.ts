import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("install");
const packages = fileURLToPath(new URL("../../", import.meta.url));
let project: string;
/** Why `npm install` failed where ONNX Runtime's install script could not download; undefined where it did not. */
let refused: string | undefined;

beforeAll(async () => {
  project = bench.path("project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{"name":"empty","private":true}');
  for (const name of ["onnx", "video-markup"]) {
    await run("npx", ["-y", "pnpm@10", "pack", "--pack-destination", project], join(packages, name));
  }
  const tarballs = (await readdir(project))
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => `./${name}`);
  // As a user installs: with the install scripts of everything.
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs];
  try {
    await run("npm", install, project);
  } catch (error) {
    const { stderr } = error as { stderr: string };
    const downloads =
      /path \S*node_modules\/onnxruntime-node\s/.test(stderr) && /getaddrinfo|ECONN|ETIMEDOUT/.exec(stderr);
    if (!downloads) throw error;
    refused = /Error: (.*)/.exec(stderr.replaceAll("npm error ", ""))?.[1] ?? downloads[0];
    // What the README tells then: CPU and WebGPU come inside the package.
    await run("npm", install, project, { ONNXRUNTIME_NODE_INSTALL: "skip" });
  }
}, 600_000);

it("installs from its tarballs as it is", ({ skip }) => {
  skip(
    refused !== undefined,
    `onnxruntime-node's install script cannot download its CUDA files here: ${refused}`,
  );
});

it("marks up a video from the command line of the installed package", async () => {
  const args = ["video-markup", bench.video, "--model", bench.model, "-o", "marked.mp4", "--json"];
  const { stdout } = await run("npx", ["--no-install", ...args], project);
  expect(JSON.parse(stdout)).toMatchObject({ output: "marked.mp4", frames: 100 });
});

it.skipIf(process.platform !== "linux").each([
  [
    "import",
    "--input-type=module",
    'import "@sightline/video-markup"; import { readFileSync } from "node:fs";',
  ],
  [
    "require",
    "--input-type=commonjs",
    'require("@sightline/video-markup"); const { readFileSync } = require("fs");',
  ],
])("does not load ONNX Runtime by %s: hosts do", async (_, type, load) => {
  const look = 'console.log(readFileSync("/proc/self/maps", "utf8"));';
  const { stdout } = await run(process.execPath, [type, "-e", `${load}${look}`], project);
  expect(stdout).toContain("node");
  expect(stdout).not.toContain("onnxruntime");
});

async function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  return await promisify(execFile)(command, args, {
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 26,
  });
}
