import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

/**
 * An example that prints one line of JSON when all stands, beside MiniStack, and stands until it is interrupted. Where
 * MiniStack cannot be had, its tests are skipped with the reason.
 *
 * @param folder the example's own
 */
export function runningExample<Started>(folder: string) {
  let program: ChildProcess | undefined;
  let started: Started | undefined;
  let why = "";
  return {
    /** Starts it as its README says. @returns what it printed; undefined where MiniStack cannot be had */
    async start(...args: readonly string[]): Promise<Started | undefined> {
      program = spawn(process.execPath, ["dist/main.js", "--json", "--emulator-port", "0", ...args], {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      });
      program.stderr!.on("data", (text) => {
        why = (why + text).slice(-4000);
      });
      const ended = once(program, "close");
      const lines = createInterface({ input: program.stdout! });
      const line = await Promise.race([once(lines, "line"), ended.then(() => [])]);
      if (typeof line[0] === "string") started = JSON.parse(line[0]) as Started;
      else if (!why.includes("could not be installed")) throw new Error(why);
      return started;
    },
    /** Its process id while it stands. */
    pid: () => program?.pid,
    /** Interrupts it, and waits for its end. */
    async stop(): Promise<void> {
      if (program === undefined || program.exitCode !== null) return;
      program.kill("SIGINT");
      await once(program, "close");
    },
    /** Takes its stack down, as `cdk destroy` does by what the start left in `work`. */
    async destroy(env: Readonly<Record<string, string>>, work: string): Promise<void> {
      const cdk = createRequire(join(folder, "package.json")).resolve("aws-cdk/package.json");
      const args = [join(dirname(cdk), "bin/cdk"), "destroy", "--force", "--no-notices"];
      const child = spawn(process.execPath, [...args, "--app", join(work, "cdk.out")], {
        cwd: folder,
        env: { ...process.env, ...env, CI: "true" },
        stdio: "pipe",
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
      expect((await once(child, "close"))[0], said).toBe(0);
    },
    /** A test of it as it stands. Ten minutes are its bound: a busy machine took 149 s for ten videos. */
    live(title: string, work: (started: Started, skip: (why: string) => never) => Promise<void>): void {
      test(title, async ({ skip }) => {
        if (started === undefined) skip(`MiniStack cannot be had: ${why.trim().split("\n").at(-1)}`);
        await work(started!, skip);
      }, 600_000);
    },
  };
}
