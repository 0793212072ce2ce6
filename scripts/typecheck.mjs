// Type-checks every package (sources, tests, benches) against the built types of its dependencies.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const queue = workspacePackages().filter((pkg) => existsSync(join(root, pkg.folder, "tsconfig.json")));
const total = queue.length;
let failed = 0;

async function lane() {
  for (let pkg = queue.shift(); pkg !== undefined; pkg = queue.shift()) {
    const { code, output } = await run(pkg.folder);
    if (code === 0) continue;
    failed += 1;
    console.error(`typecheck: ${pkg.name} failed\n${output}`);
  }
}

function run(folder) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [tsc, "--noEmit", "-p", folder], { cwd: root });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("close", (code) => resolve({ code, output }));
  });
}

await Promise.all([lane(), lane()]);
console.error(`typecheck: ${total - failed} of ${total} packages clean`);
process.exit(failed === 0 ? 0 : 1);
