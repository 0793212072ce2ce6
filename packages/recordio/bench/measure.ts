import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a command took. */
export interface Measured {
  readonly wallMs: number;
  /** User and system time of the command and all its children. */
  readonly cpuMs: number;
  /** Largest resident memory of any one process of it. */
  readonly peakMB: number;
}

/** Runs a command under GNU time. @throws when it fails: a failed run must not count as a fast one */
export async function measure(command: readonly string[]): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "recordio-time-"));
  const report = join(folder, "time");
  try {
    const started = performance.now();
    const output = await finish("/usr/bin/time", ["-o", report, "-f", "%U %S %M", ...command]);
    const wallMs = performance.now() - started;
    const [user, system, kilobytes] = (await readFile(report, "utf8"))
      .trim()
      .split("\n")
      .at(-1)!
      .split(" ")
      .map(Number);
    if (Number.isNaN(kilobytes)) throw new Error(`${command.join(" ")} failed:\n${output}`);
    return { wallMs, cpuMs: (user! + system!) * 1000, peakMB: kilobytes! / 1024 };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function finish(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // Node.js loads these certificates whenever it starts: a matter of the machine, not of what is measured.
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${args.join(" ")} ended with ${code}:\n${output}`));
    });
  });
}
