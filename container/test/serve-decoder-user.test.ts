import { chmod, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layOutColourModel, paint } from "./support/colour-model.js";
import { classify } from "./support/invoke.js";
import { removeJob } from "./support/job-folder.js";
import { childrenOf } from "./support/program.js";
import { servers } from "./support/servers.js";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;
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
});
