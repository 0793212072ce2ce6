// Publishes every package to a registry on loopback and installs from there into empty projects, as a user would: what a
// user gets, not what the workspace links.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { firstPicture } from "./packed-first-picture.mjs";
import { packAll, serveRegistry } from "./registry.mjs";
import { run } from "./run.mjs";
import { roadVideo } from "./sample-video.mjs";
import { root } from "./workspace.mjs";

/** Calls `settle(title, problem | undefined)` once a check. */
export async function checkPackedPackages(packages, scratch, settle) {
  const folder = join(scratch, "registry");
  mkdirSync(folder, { recursive: true });
  const registry = await serveRegistry(folder, await packAll(packages, folder));
  try {
    await checkAll(packages, emptyProject(join(scratch, "project"), registry, packages), settle);
    await checkBundles(join(scratch, "project"), settle);
    await checkVideo(emptyProject(join(scratch, "video"), registry), scratch, settle);
  } finally {
    await registry.close();
  }
}

/** A folder with nothing but a package.json that asks for `packages`, and a line that leads to the registry. */
function emptyProject(folder, registry, packages = []) {
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(
    packages.flatMap(({ name, manifest }) => [
      [name, manifest.version],
      ...Object.entries(manifest.peerDependencies ?? {}),
    ]),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, dependencies }));
  writeFileSync(join(folder, ".npmrc"), registry.npmrc);
  return folder;
}

/** As docs/bundles.md has it: what may be bundled runs, and what may not says so. */
async function checkBundles(project, settle) {
  const { build } = createRequire(join(root, "packages", "sdk", "package.json"))("esbuild");
  const bundleAndRun = async (name, contents, external) => {
    const outfile = join(project, `${name}.mjs`);
    const banner =
      'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';
    const settings = {
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      banner: { js: banner },
    };
    const stdin = { contents, resolveDir: project };
    await build({ ...settings, mainFields: ["module", "main"], stdin, outfile, external });
    return await run(process.execPath, [outfile], { cwd: project });
  };
  const natives = ["@sightline/video-markup", "@sightline/recordio"];
  const all = ["sdk", "sdk/lambda", "onnx", "mxnet", "video-markup", "recordio"];
  const names = all.map(
    (name, n) => `import * as p${n} from "@sightline/${name}"; console.log(Object.keys(p${n}).length > 0);`,
  );
  const whole = await bundleAndRun("whole", names.join("\n"), natives);
  settle(
    "packages run in a bundle that leaves the native ones external",
    whole.code === 0 ? undefined : whole.output,
  );
  mkdirSync(join(project, "pictures", "class"), { recursive: true });
  writeFileSync(join(project, "pictures", "class", "1.png"), "");
  const cells = '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}';
  writeFileSync(join(project, "empty.ipynb"), cells);
  const calls = {
    "video-markup": "createPool();",
    recordio: 'await packRecordIO(await listImages("pictures"), { output: "a" });',
    load: 'await runLoadTest({ url: "http://127.0.0.1:9", bodies: [] }, { steps: [{ users: 1, seconds: 1 }] });',
    local: 'await startLocalSageMaker({ stateDir: "state" });',
    notebook: 'await runNotebook("empty.ipynb");',
    constructs: 'new EndpointRemoval(new Stack(), "Removal", { endpointName: "drivers" });',
  };
  const cdk = 'import { Stack } from "aws-cdk-lib";';
  for (const [name, call] of Object.entries(calls)) {
    const imported = `import { ${[...new Set(call.match(/\b(create|list|pack|run|start|Endpoint)[A-Z]\w+(?=\()/g))]} } from`;
    const code = `${name === "constructs" ? cdk : ""}${imported} "@sightline/${name}"; ${call}`;
    // Away from the packages, as a bundle is deployed; but for the CDK, which runs where it is installed.
    const place = name === "constructs" ? "alone" : "../alone";
    const external = ["aws-cdk-lib", "zeromq", "typescript"];
    const { code: status, output } = await bundleAndRun(`${place}-${name}`, code, external);
    const told = status !== 0 && output.includes(`a bundle must leave @sightline/${name} external`);
    settle(`@sightline/${name} in a bundle says that it must be external`, told ? undefined : output);
  }
}

/** npm runs the install scripts of everything: none may fail where GitHub and NuGet are out of reach. */
async function checkVideo(project, scratch, settle) {
  const installed = await run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "@sightline/video-markup"],
    { cwd: project },
  );
  settle(
    "npm installs @sightline/video-markup, scripts and all",
    installed.code === 0 ? undefined : installed.output,
  );
  if (installed.code !== 0) return;
  const { video, model } = await roadVideo(scratch);
  const args = ["video-markup", video, "--model", model, "--json", "-o"];
  const marked = await run("npx", ["--no-install", ...args, "marked.mp4"], { cwd: project });
  const done = marked.code === 0 && marked.output.includes('"frames":50');
  settle("the installed video-markup marks up a video", done ? undefined : marked.output);

  const { output: maps } = await run(
    process.execPath,
    [
      "-e",
      'require("@sightline/video-markup"); console.log(process.report.getReport().sharedObjects.join("\\n"))',
    ],
    { cwd: project },
  );
  settle(
    "requiring video-markup loads no ONNX Runtime: its hosts do",
    maps.includes("onnxruntime") ? maps : undefined,
  );

  const part = `@sightline/onnxruntime-node-${process.platform}-${process.arch}`;
  rmSync(join(project, "node_modules", part), { recursive: true });
  const broken = await run("npx", ["--no-install", ...args, "none.mp4"], { cwd: project });
  const told = broken.code !== 0 && broken.output.includes(`the package ${part}@`);
  settle("a missing binary of ONNX Runtime is told with the remedy", told ? undefined : broken.output);
}

/** All packages in one project, by pnpm. */
async function checkAll(packages, project, settle) {
  const install = ["-y", "pnpm@10", "install", "--prefer-offline", "--ignore-workspace"];
  const installed = await run("npx", install, { cwd: project });
  settle(
    "packed packages install into an empty project",
    installed.code === 0 ? undefined : installed.output,
  );
  if (installed.code !== 0) return;
  for (const pkg of packages) {
    const leaks = privateNames(join(project, "node_modules", pkg.name, "dist"));
    settle(`${pkg.name} names no private package`, leaks.length === 0 ? undefined : leaks.join("\n"));
  }
  settle("from sightline init to a classified picture, by the packed packages", await firstPicture(project));
  const problems = await readTypes(packages, project);
  settle("stock tslab's TypeScript reads the packed declarations", problems);
  for (const pkg of packages) {
    if (pkg.manifest.exports === undefined) continue;
    const load = `const m = await import("${pkg.name}"); if (Object.keys(m).length === 0) throw new Error("no exports")`;
    const require_ = `if (Object.keys(require("${pkg.name}")).length === 0) throw new Error("no exports")`;
    const imported = await run(process.execPath, ["--input-type=module", "-e", load], { cwd: project });
    settle(`import ${pkg.name}`, imported.code === 0 ? undefined : imported.output);
    const required = await run(process.execPath, ["--input-type=commonjs", "-e", require_], { cwd: project });
    settle(`require ${pkg.name}`, required.code === 0 ? undefined : required.output);
  }
}

/** Files of a packed package that import or declare by a package that is not published. */
function privateNames(dist) {
  return readdirSync(dist, { recursive: true })
    .filter((file) => /\.(d\.c?ts|c?js)$/.test(file))
    .filter((file) => /["']@sightline\/(foundation|contract)\//.test(readFileSync(join(dist, file), "utf8")));
}

/** Compiles a file that uses every package, with the TypeScript that a stock tslab kernel has, and tells what it says of ours. */
async function readTypes(packages, project) {
  const notebook = createRequire(join(root, "packages", "notebook", "package.json"));
  const tslab = createRequire(notebook.resolve("tslab"));
  const uses = packages.filter(({ manifest }) => manifest.exports !== undefined);
  const lines = uses.map(
    ({ name }, n) =>
      `import * as p${n} from "${name}";\nexport const keys${n}: string[] = Object.keys(p${n});`,
  );
  writeFileSync(join(project, "uses.ts"), `${lines.join("\n")}\n`);
  const settings = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "commonjs",
    "--moduleResolution",
    "node10",
  ];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules", "@types"), "uses.ts"];
  const { code, output } = await run(
    process.execPath,
    [tslab.resolve("typescript/lib/tsc.js"), ...settings, ...types],
    {
      cwd: project,
    },
  );
  if (code === 0) return undefined;
  // Other packages' declarations may want a newer compiler.
  const ours = output
    .split("\n")
    .filter((line) => /^(uses\.ts|node_modules\/\.pnpm\/[^(]*@sightline)/.test(line));
  return ours.length === 0 ? undefined : ours.join("\n");
}
