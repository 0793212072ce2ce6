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
  // Installs the SageMaker SDKs in seconds, where pip takes minutes.
  "uv",
];
const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const venv = join(caches, "sightline-test-python");
/** The SageMaker Python SDKs that packages/local is tried with; each needs an environment of its own. */
const sageMakerSdks = { SIGHTLINE_TEST_SAGEMAKER_2: "2.257.0", SIGHTLINE_TEST_SAGEMAKER_3: "3.27.0" };

/** Installs what can be installed; returns the environment variables that name it. */
export function prepareTestMachine() {
  installDebianPackages();
  const python = installPython();
  if (python === undefined) return {};
  const found = { SIGHTLINE_TEST_PYTHON: python, PATH: `${process.env.PATH}:${join(venv, "bin")}` };
  for (const [name, version] of Object.entries(sageMakerSdks)) {
    const sdk = installSageMaker(version);
    if (sdk !== undefined) found[name] = sdk;
  }
  return found;
}

/** The Python that has this version of the SageMaker SDK; undefined where it could not be installed. */
function installSageMaker(version) {
  const folder = join(caches, `sightline-test-sagemaker-${version}`);
  const python = join(folder, "bin", "python");
  const complete = () =>
    works(python, [
      "-c",
      `from importlib.metadata import version as v; assert v("sagemaker") == "${version}"`,
    ]);
  if (complete()) return python;
  const uv = join(venv, "bin", "uv");
  say(`python venv with sagemaker ${version}`);
  spawnSync(uv, ["venv", "-q", "--python", join(venv, "bin", "python"), folder], {
    stdio: "ignore",
    timeout: 60_000,
  });
  const args = ["pip", "install", "-q", "--python", python, `sagemaker==${version}`];
  spawnSync(uv, args, { stdio: "ignore", timeout: 180_000 });
  if (complete()) return python;
  say(`no SageMaker SDK ${version}: its tests skip`);
  return undefined;
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
      "import jupyterlab, boto3, nbconvert, papermill, ipykernel, jupyter_kernel_test, pytest, cfnlint, uv",
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
