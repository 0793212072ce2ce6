import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { OpenedModel } from "./open-model.js";
import { startServe } from "./start-serve.js";

let folder: string;

/** A docker whose client does not end by SIGTERM, and which notes what it is told to kill. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-start-serve-"));
  const docker = path.join(folder, "docker");
  writeFileSync(
    docker,
    `#!/bin/sh
if [ "$1" = kill ]; then echo "$2" > "${folder}/killed"; exit; fi
trap "" TERM
echo "$3"
while :; do sleep 0.01; done
`,
  );
  chmodSync(docker, 0o755);
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(process.platform === "win32")(
  "kills the container of a client that had to be ended by force",
  async () => {
    const model = { folder, root: folder } as OpenedModel;
    const serving = await startServe(model, { kind: "docker", image: "own:1", options: [] });
    await expect.poll(() => serving.log()).toMatch(/^--name=sightline-try-/);
    expect(await serving.stop(10)).toBe("was ended by SIGKILL");
    expect(await serving.ended).toBe("was ended by SIGKILL");
    expect(`--name=${readFileSync(path.join(folder, "killed"), "utf8").trim()}`).toBe(serving.log());
  },
);
