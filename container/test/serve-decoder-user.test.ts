import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layOutColourModel, paint } from "./support/colour-model.js";
import { buildBrightDetector } from "./support/detector.js";
import { classify } from "./support/invoke.js";
import { removeJob } from "./support/job-folder.js";
import { childrenOf } from "./support/program.js";
import { servers } from "./support/servers.js";
import { postVideo } from "./support/video-endpoint.js";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;
const ffmpeg = (await findFfmpeg()).path;
/** Not where the project lies in a folder that only root may enter. */
const canRunFfmpeg =
  isRoot && spawnSync(ffmpeg, ["-version"], { uid: 65_534, gid: 65_534, cwd: "/" }).status === 0;
let root: string;
const { serve } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));

beforeAll(async () => {
  root = await layOutColourModel();
});
afterAll(() => removeJob(root));

/** Real, effective and saved user and group of a process, and its other groups. */
async function usersOf(pid: number): Promise<string[]> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return ["Uid", "Gid", "Groups"].map((name) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)![1]!.trim(),
  );
}

// Only root can become somebody else.
describe.skipIf(!isRoot)("serve as root, with SIGHTLINE_DECODER_USER", () => {
  it("decodes pictures as that user, in no group of root's, with a model that only root may read", async () => {
    await chmod(root, 0o700);
    const server = await serve({ SIGHTLINE_DECODER_USER: "65534" });
    const [host] = await childrenOf(server.process.pid!);
    expect((await usersOf(host!)).map((line) => line.split(/\s+/)[0])).toEqual(["65534", "65534", ""]);
    expect((await usersOf(server.process.pid!))[0]).toMatch(/^0\s/);
    const [red] = await classify(server.url, await paint("red"));
    expect(red).toBeGreaterThan(0.9);
  });

  it("ends with a message that names the variable when its value is no user's number", async () => {
    await expect(serve({ SIGHTLINE_DECODER_USER: "nobody" })).rejects.toThrow(/SIGHTLINE_DECODER_USER/);
  });

  it.skipIf(!canRunFfmpeg)(
    "gives videos to an ffmpeg of that user, which knows no secret of root's",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
      try {
        await mkdir(join(folder, "model"));
        await writeFile(join(folder, "model/d.onnx"), buildBrightDetector());
        const manifest = { schemaVersion: 1, task: "video-markup", model: "d.onnx" };
        await writeFile(join(folder, "model/manifest.json"), JSON.stringify(manifest));
        // An ffmpeg that notes who it is, what it knows, and that it does the work.
        const notes = join(folder, "notes");
        await writeFile(notes, "");
        await chmod(notes, 0o666);
        // Not where it is only asked what it can do.
        const note = `echo "$(id -u) $(id -G) \${AWS_SECRET_ACCESS_KEY:-none}" >> ${notes}`;
        const noteInput = `case " $* " in *" -i "*) ${note};; esac`;
        await writeFile(join(folder, "ffmpeg"), `#!/bin/sh\n${noteInput}\nexec ${ffmpeg} "$@"\n`, {
          mode: 0o755,
        });
        await chmod(folder, 0o755);
        const server = await serve(
          {
            SIGHTLINE_DECODER_USER: "65534",
            FFMPEG_PATH: join(folder, "ffmpeg"),
            AWS_SECRET_ACCESS_KEY: "secret",
          },
          folder,
        );
        const video = join(folder, "in.mp4");
        const source = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=1"];
        execFileSync(ffmpeg, ["-v", "error", ...source, "-c:v", "libx264", "-pix_fmt", "yuv420p", video]);
        await writeFile(notes, "");
        const answer = await postVideo(server.url, await readFile(video));
        expect(answer.status, server.output()).toBe(200);
        const told = new Set((await readFile(notes, "utf8")).trim().split("\n"));
        expect([...told]).toEqual(["65534 65534 none"]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
