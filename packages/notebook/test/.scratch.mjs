// test/buildspec.ts
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
var readBuildspec = (path2) => parse(readFileSync(path2, "utf8"));
async function runBuildspec(spec2, folder, env2, only = ["install", "pre_build", "build", "post_build"]) {
  const phases = [];
  let log = "";
  let succeeded = true;
  for (const [name, phase] of Object.entries(spec2.phases)) {
    if (!only.includes(name)) continue;
    const started = performance.now();
    const status = await runShell(
      phase.commands,
      folder,
      {
        ...spec2.env.variables,
        ...env2,
        CODEBUILD_BUILD_ID: "sightline:test",
        CODEBUILD_SRC_DIR: folder,
        CODEBUILD_BUILD_SUCCEEDING: succeeded ? "1" : "0"
      },
      (text) => {
        log += text;
      }
    );
    phases.push({ name, status, seconds: (performance.now() - started) / 1e3 });
    if (status === 0) continue;
    succeeded = false;
    if (name !== "build" || phase["on-failure"] === "ABORT") break;
  }
  return { succeeded, phases, log };
}
function runShell(commands, cwd, env2, onText) {
  const child = spawn("bash", ["-e", "-c", commands.join("\n")], {
    cwd,
    env: { ...env2 },
    stdio: ["ignore", "pipe", "pipe"]
  });
  child.stdout.on("data", (chunk) => onText(String(chunk)));
  child.stderr.on("data", (chunk) => onText(String(chunk)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
}

// ../../../../tmp/bs.mts
import { execFileSync } from "node:child_process";
import { readFileSync as readFileSync2, writeFileSync } from "node:fs";
var clone = "/tmp/bs/clone";
execFileSync("rm", ["-rf", clone]);
execFileSync("git", ["clone", "-q", "/work/main", clone]);
execFileSync("cp", ["-r", "/work/main/packages/samples/src", clone + "/packages/samples/"]);
execFileSync("cp", ["/work/main/packages/samples/package.json", clone + "/packages/samples/"]);
var env = { ...process.env, TESTS: "packages/notebook/src/run", EPOCHS: "8", BUCKET: "bs-test", ENDPOINT_NAME: "bs-test" };
var spec = readBuildspec("/tmp/bs/buildspec.yml");
var r = await runBuildspec(spec, clone, env);
console.log(r.log.slice(-1500));
console.log(r.succeeded, r.phases);
var path = clone + "/notebooks/01-process-and-upload.ipynb";
var nb = JSON.parse(readFileSync2(path, "utf8"));
var i = nb.cells.findIndex((c) => c.source.some((l) => l.includes("const leak")));
nb.cells[i].source.unshift('throw new RangeError("broken on purpose");\n');
writeFileSync(path, JSON.stringify(nb, null, 1));
var r2 = await runBuildspec(spec, clone, env, ["build", "post_build"]);
console.log(r2.log.slice(-1500));
console.log(r2.succeeded, r2.phases);
console.log(readFileSync2(clone + "/out/reports/01-process-and-upload.xml", "utf8").match(/name="[^"]*"[^>]*><failure[^>]*>/)?.[0]);
