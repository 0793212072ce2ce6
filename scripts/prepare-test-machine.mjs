// On a CI machine: what some tests want beyond npm. Best effort, bounded in time: a test whose tool is
// still missing skips and says so.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

// SwiftShader, which computes WebGPU on the CPU, lies in chromium and is loaded through libvulkan1.
const debianPackages = ["chromium", "libvulkan1", "fonts-dejavu-core"];
const pythonPackages = [
  "jupyterlab",
  "nbconvert",
  "papermill",
  "ipykernel",
  "jupyter_kernel_test",
  "pytest",
  "boto3",
  "awscli",
  "cfn-lint",
];
const venv = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sightline-test-python");

/** Installs what can be installed; returns the environment variables that name it. */
export function prepareTestMachine() {
  installDebianPackages();
  const python = installPython();
  return python === undefined
    ? {}
    : { SIGHTLINE_TEST_PYTHON: python, PATH: `${process.env.PATH}:${join(venv, "bin")}` };
}

function installDebianPackages() {
  if (process.getuid?.() !== 0 || !works("apt-get", ["--version"])) return say("not root on Debian");
  const missing = debianPackages.filter((name) => !works("dpkg", ["-s", name]));
  if (missing.length === 0) return;
  say(`apt-get install ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-q"], { stdio: "ignore", timeout: 120_000, env });
  const args = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  const { status } = spawnSync("apt-get", args, { stdio: "ignore", timeout: 300_000, env });
  if (status !== 0) say(`apt-get exited with ${status}: tests that want these packages skip`);
}

function installPython() {
  const python = join(venv, "bin", "python");
  const complete = () =>
    existsSync(python) &&
    works(python, [
      "-c",
      "import jupyterlab, boto3, nbconvert, papermill, ipykernel, jupyter_kernel_test, pytest, cfnlint",
    ]);
  if (complete()) return python;
  say(`python venv with ${pythonPackages.join(" ")}`);
  const made = spawnSync("python3", ["-m", "venv", venv], { stdio: "ignore", timeout: 60_000 });
  if (made.status === 0) {
    const args = ["-m", "pip", "install", "-q", "--retries", "1", ...pythonPackages];
    spawnSync(python, args, { stdio: "ignore", timeout: 300_000 });
  }
  if (complete()) return python;
  say("no Python packages: tests that want JupyterLab or boto3 skip");
  return undefined;
}

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore", timeout: 60_000 }).status === 0;
}

function say(text) {
  console.log(`prepare: ${text}`);
}
