// Publishes every package whose version the registry does not have yet, dependencies first: ONNX Runtime's, then ours.
//   pnpm release --dry-run            all but the upload; also while the project's home is a placeholder
//   pnpm release --registry URL       to a registry of one's own: a rehearsal
//   pnpm release --tag v1.2.3         to npm, as the release workflow does: with provenance, from that tag alone
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeOnnxRuntimePackages } from "./onnxruntime.mjs";
import { run } from "./run.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const { values } = parseArgs({
  options: { "dry-run": { type: "boolean" }, registry: { type: "string" }, tag: { type: "string" } },
});
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
const { version } = published[0].manifest;
const rehearsal = values["dry-run"] === true || values.registry !== undefined;

if (!rehearsal) {
  if (values.tag !== `v${version}`) fail(`the packages are of version ${version}; give --tag v${version}`);
  if (process.env.CI !== "true") fail("npm's provenance needs the release workflow: push the tag");
  const { output } = await run("git", ["status", "--porcelain"], { cwd: root });
  if (output.trim() !== "") fail(`the tree differs from the tag:\n${output}`);
}
await step("check manifests", process.execPath, [
  "scripts/manifests.mjs",
  ...(rehearsal ? [] : ["--release"]),
]);
await step("build", process.execPath, ["scripts/build.mjs", "--quiet"]);
const publish = [
  // The branch is the tag's; a rehearsal's may be any.
  ...["publish", "--no-git-checks", "--access", "public"],
  ...(values["dry-run"] ? ["--dry-run"] : []),
  ...(values.registry ? ["--registry", values.registry] : []),
  // The workflow's identity signs where a package comes from; nobody else can.
  ...(rehearsal ? [] : ["--provenance"]),
];
const runtime = writeOnnxRuntimePackages(
  join(mkdtempSync(join(tmpdir(), "sightline-release-")), "onnxruntime"),
);
for (const { name, version: itsVersion, folder } of runtime) {
  const view = [
    "view",
    `${name}@${itsVersion}`,
    "version",
    ...(values.registry ? ["--registry", values.registry] : []),
  ];
  if ((await run("npm", view, { cwd: folder })).code === 0) continue;
  await step(`publish ${name} ${itsVersion}`, "npx", ["-y", "pnpm@10", ...publish], folder);
}
await step(`publish ${version}`, "npx", [
  ...["-y", "pnpm@10", "--recursive"],
  ...published.flatMap(({ name }) => ["--filter", name]),
  ...publish,
]);

async function step(what, command, args, cwd = root) {
  console.error(`release: ${what}`);
  const { code, output } = await run(command, args, { cwd });
  console.error(output.trimEnd());
  if (code !== 0) fail(`${what} ended with ${code}`);
}

function fail(reason) {
  console.error(`release: ${reason}`);
  process.exit(1);
}
