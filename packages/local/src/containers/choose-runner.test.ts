import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createImageTable } from "../images/image-table.js";
import { chooseRunner } from "./choose-runner.js";
import type { ContainerRunner } from "./container.js";

let folder: string;
/** What Docker was asked, a line each. */
const asked = () => {
  const log = path.join(folder, "asked");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
};

/** A docker that has the image `there`, and says so once there is a file `go`. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-choose-runner-"));
  const docker = path.join(folder, "docker");
  writeFileSync(
    docker,
    `#!/bin/sh\necho "$5" >> "${folder}/asked"\nuntil [ -e "${folder}/go" ]; do sleep 0.01; done\n[ "$5" = there ]\n`,
  );
  chmodSync(docker, 0o755);
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A runner that notes what it checks. */
function runner() {
  const checked: string[] = [];
  const made: ContainerRunner = {
    check: async ({ image }) => void checked.push(image),
    pathInside: async (_image, _root, file) => file,
    start: () => Promise.reject(new Error("nothing is started here")),
  };
  return { checked, made };
}

it.runIf(process.platform === "linux")(
  "asks Docker for an image that nobody else knows, without holding up the server, and remembers a yes",
  async () => {
    const [processes, docker] = [runner(), runner()];
    const images = createImageTable({ known: { serve: ["serve"] } });
    const chosen = chooseRunner("process", images, processes.made, () => docker.made);
    const checking = chosen.check({ image: "there", program: "serve" });
    // Who is held up by the question never comes here, and gets a no.
    writeFileSync(path.join(folder, "go"), "");
    await checking;
    for (const image of ["there", "known", "nowhere", "nowhere"])
      await chosen.check({ image, program: "serve" });
    expect(asked()).toEqual(["there", "nowhere", "nowhere"]);
    expect(docker.checked).toEqual(["there", "there"]);
    expect(processes.checked).toEqual(["known", "nowhere", "nowhere"]);
  },
);

it("asks no Docker where its containers cannot be run", async () => {
  vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
  const { made, checked } = runner();
  const chosen = chooseRunner("process", createImageTable(), made, () => runner().made);
  await chosen.check({ image: "there", program: "serve" });
  expect(checked).toEqual(["there"]);
  expect(asked()).toEqual([]);
});

it("makes Docker's runner at once where it was asked for: with it go what a former run left", () => {
  const docker = vi.fn(() => runner().made);
  chooseRunner("docker", createImageTable(), runner().made, docker);
  expect(docker).toHaveBeenCalledOnce();
});
