import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { Measured } from "./measure.js";

/** A Node.js process that packs when it is told to, as a service or a notebook does. */
export interface RunningProcess {
  /** Packs the photos with pass-through, the folder's listing included. */
  pack(output: string): Promise<Measured>;
  end(): void;
}

/** @param program where the process's code is put */
export async function startProcess(
  program: string,
  library: string,
  photos: string,
): Promise<RunningProcess> {
  await writeFile(
    program,
    `import { readFileSync } from "node:fs";
import { listImages, packRecordIO } from ${JSON.stringify(library)};
// Not maxRSS: that of a child starts with its parent's.
const peakMB = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
process.on("message", async (output) => {
  const before = process.cpuUsage();
  const started = performance.now();
  const list = await listImages(${JSON.stringify(photos)}, { recursive: true });
  await packRecordIO(list, { output, passThrough: true });
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  process.send({ wallMs, cpuMs: (user + system) / 1000, peakMB: peakMB() });
});
`,
  );
  const child = fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return {
    async pack(output) {
      child.send(output);
      return await answer(child);
    },
    end: () => child.disconnect(),
  };
}

/** @throws when the process ends instead */
async function answer(child: ChildProcess): Promise<Measured> {
  const ended = once(child, "exit").then(() => {
    throw new Error("the running process has ended");
  });
  const [measured] = (await Promise.race([once(child, "message"), ended])) as [Measured];
  return measured;
}
