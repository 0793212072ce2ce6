import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, type LocalSageMakerOptions, startLocalSageMaker } from "@sightline/local";

const steps: (() => unknown)[] = [];

/** Has something done when the test is over, the last one first. */
export const later = (step: () => unknown): void => void steps.push(step);

/** Does what was put off by `later`. */
export async function cleanUp(): Promise<void> {
  for (const step of steps.splice(0).reverse()) await step();
}

/** A fresh folder that is removed when the test is over. */
export function folder(): string {
  const made = temporaryFolder();
  later(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Absolute path of a stub program. */
export const stubPath = (name: string): string =>
  fileURLToPath(new URL(`./stub/${name}.mjs`, import.meta.url));

/** Command lines of the stub container, under the image name `stub`. */
export const STUB_IMAGES = {
  stub: {
    train: [process.execPath, stubPath("train")],
    serve: [process.execPath, stubPath("serve")],
    process: [process.execPath, stubPath("process")],
  },
};

export const ROLE = "arn:aws:iam::000000000000:role/test";

/** A fresh folder below the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), "sightline-local-"));
}

/** A server with the stub image on a fresh state directory, removed by `dispose`. */
export async function startStub(options: Partial<LocalSageMakerOptions> = {}) {
  const stateDir = options.stateDir ?? temporaryFolder();
  const messages: string[] = [];
  const note = (message: string) => void messages.push(message);
  const local: LocalSageMaker = await startLocalSageMaker({
    images: STUB_IMAGES,
    logger: { info: note, warn: note, error: note },
    ...options,
    stateDir,
  });
  return {
    local,
    stateDir,
    messages,
    /** What every AWS client of this server is made with. */
    config: { endpoint: local.url, region: local.region, credentials: local.credentials, maxAttempts: 1 },
    async dispose() {
      await local.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Looks again until `probe` gives something. */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Nothing came of it within ${timeoutMs} ms.`);
    await sleep(30);
  }
}

/** Whether a process runs. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
