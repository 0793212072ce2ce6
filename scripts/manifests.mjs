// Fails where a package cannot be published as it is: a field that npm shows is missing, a link of its README leads
// nowhere, or the project's home is named anywhere but in the root's package.json; and where the documents of the
// root name a path that is not there.
//   node scripts/manifests.mjs            what every commit must hold
//   node scripts/manifests.mjs --release  and what a release must: the placeholder of the home replaced
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

const project = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const placeholder = "github.com/OWNER/";
const problems = [];
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

for (const { folder, manifest } of published) {
  const wants = (field, holds) => holds || problems.push(`${folder}/package.json: "${field}"`);
  wants("description", manifest.description?.length > 20);
  wants("keywords", manifest.keywords?.length >= 3);
  wants("license", manifest.license === project.license);
  wants("engines.node", manifest.engines?.node === project.engines.node);
  wants("version", manifest.version === published[0].manifest.version);
  wants("files", manifest.files?.length > 0);
  wants("publishConfig", manifest.publishConfig?.access === "public");
  wants(
    "exports or bin",
    manifest.exports !== undefined || manifest.bin !== undefined || folder === "container",
  );
  for (const file of ["README.md", "LICENSE"]) {
    if (!existsSync(join(root, folder, file))) problems.push(`${folder}: no ${file}`);
  }
  for (const [, link] of readFileSync(join(root, folder, "README.md"), "utf8").matchAll(
    /\]\((?!https?:|#)([^)#]+)/g,
  )) {
    // npm leads a relative link to the repository, whose folder it is told.
    if (!existsSync(join(root, folder, link))) problems.push(`${folder}/README.md: nothing at ${link}`);
  }
}

for (const file of ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"]) {
  const text = readFileSync(join(root, file), "utf8");
  for (const [, path] of text.matchAll(/`((?:packages|container|scripts|notebooks|examples)\/[\w./-]*)`/g)) {
    if (!existsSync(join(root, path))) problems.push(`${file}: nothing at ${path}`);
  }
}

const named = execFileSync("git", ["grep", "-l", placeholder], { cwd: root, encoding: "utf8" });
const homes = named.split("\n").filter((file) => file !== "" && file !== "scripts/manifests.mjs");
for (const file of homes) if (file !== "package.json") problems.push(`${file}: names ${placeholder}`);
if (process.argv.includes("--release") && homes.includes("package.json")) {
  problems.push(`package.json: replace OWNER in repository by the account that the project lives in`);
}
for (const problem of problems) console.error(`manifests: ${problem}`);
console.error(
  `manifests: ${problems.length === 0 ? `${published.length} packages can be published` : `${problems.length} problems`}`,
);
process.exit(problems.length === 0 ? 0 : 1);
