import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A phase of a buildspec. */
interface Phase {
  readonly commands: readonly string[];
  readonly "on-failure"?: "ABORT" | "CONTINUE";
}

/** What is read of a buildspec, version 0.2. */
export interface Buildspec {
  readonly version: number;
  readonly env: { readonly shell: string; readonly variables: Readonly<Record<string, string>> };
  readonly phases: Readonly<Record<"install" | "pre_build" | "build" | "post_build", Phase>>;
  readonly reports: Readonly<
    Record<string, { readonly "base-directory": string; readonly files: readonly string[] }>
  >;
  readonly artifacts: { readonly files: readonly string[] };
}

/** How a build ended. */
export interface BuildResult {
  readonly succeeded: boolean;
  /** The phases that ran, in order, with their seconds. */
  readonly phases: readonly { readonly name: string; readonly status: number; readonly seconds: number }[];
  readonly log: string;
}

/** Reads a buildspec. */
export const readBuildspec = (path: string): Buildspec => parse(readFileSync(path, "utf8"));

/**
 * Runs a buildspec's phases as CodeBuild does: the commands of a phase in one shell, which ends at the first
 * that fails; a failed phase with `on-failure: ABORT` ends the build, after a failed build phase post_build
 * still runs. Source: "Build specification reference" and "Build phase transitions" of the CodeBuild guide.
 */
export async function runBuildspec(
  spec: Buildspec,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  only: readonly string[] = ["install", "pre_build", "build", "post_build"],
): Promise<BuildResult> {
  const phases: { name: string; status: number; seconds: number }[] = [];
  let log = "";
  let succeeded = true;
  for (const [name, phase] of Object.entries(spec.phases)) {
    if (!only.includes(name)) continue;
    const started = performance.now();
    const status = await runShell(
      phase.commands,
      folder,
      {
        ...spec.env.variables,
        ...env,
        CODEBUILD_BUILD_ID: "sightline:test",
        CODEBUILD_SRC_DIR: folder,
        CODEBUILD_BUILD_SUCCEEDING: succeeded ? "1" : "0",
      },
      (text) => {
        log += text;
      },
    );
    phases.push({ name, status, seconds: (performance.now() - started) / 1_000 });
    if (status === 0) continue;
    succeeded = false;
    if (name !== "build" || phase["on-failure"] === "ABORT") break;
  }
  return { succeeded, phases, log };
}

function runShell(
  commands: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  onText: (text: string) => void,
): Promise<number> {
  const child = spawn("bash", ["-e", "-c", commands.join("\n")], {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk) => onText(String(chunk)));
  child.stderr.on("data", (chunk) => onText(String(chunk)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
}
