import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@sightline/foundation/free-port";

/** A Docker registry of this machine, Debian's docker-registry. */
export interface Registry {
  readonly host: string;
  close(): Promise<void>;
}

/** Starts a registry that keeps its images in a folder. */
export async function startRegistry(folder: string): Promise<Registry> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = { version: 0.1, storage: { filesystem: { rootdirectory: folder } }, http: { addr: host } };
  // JSON is YAML.
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  await untilAnswers(`http://${host}/v2/`, child);
  return {
    host,
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  for (;;) {
    const answered = fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (await Promise.race([answered, failed])) return;
    if (child.exitCode !== null) throw new Error(`docker-registry ended with status ${child.exitCode}`);
    await Promise.race([sleep(50), failed]);
  }
}
