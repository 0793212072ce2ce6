import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Buildspec,
  readBuildspec,
  runBuildspec,
} from "../../../examples/codebuild/src/run-buildspec.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const inRepository = existsSync(join(root, ".git"));
if (!inRepository) process.stderr.write("The buildspec tests are skipped: this is no git clone.\n");

/** Cloning, installing and building everything takes a while on a small machine. */
const buildMs = 600_000;

describe.skipIf(!inRepository)("buildspec.yml", () => {
  const scratch = mkdtempSync(join(tmpdir(), "sightline-buildspec-"));
  const clone = join(scratch, "sightline");
  let spec: Buildspec;
  let env: Record<string, string | undefined>;
  let closeLocal: () => Promise<void>;

  beforeAll(async () => {
    execFileSync("git", ["clone", "-q", root, clone]);
    spec = readBuildspec(join(clone, "buildspec.yml"));
    // The built package, as a user has it: the tests' own process needs no build of it.
    const { startLocalSageMaker } = await import("@sightline/local");
    const local = await startLocalSageMaker({ stateDir: join(scratch, "state") });
    closeLocal = () => local.close();
    // CodeBuild's environment: the role's credentials and the build's own variables, none of this process's.
    env = { PATH: process.env.PATH, HOME: process.env.HOME, ...cachesOf(process.env), ...local.env };
    // What the tests that run this test have proven need not be proven again inside of it.
    env.TESTS = "packages/notebook/src/run";
    env.EPOCHS = "8";
  });

  afterAll(async () => {
    await closeLocal?.();
    rmSync(scratch, { recursive: true, force: true });
  });

  it("installs, lints, builds, tests and runs the notebooks in a clean clone, green", {
    timeout: buildMs,
  }, async () => {
    const installed = await runBuildspec(spec, clone, env, ["install"]);
    expect(installed.succeeded, installed.log.slice(-6_000)).toBe(true);
    takeOverBuilds(clone);
    const { succeeded, log, ...rest } = await runBuildspec(spec, clone, env, [
      "pre_build",
      "build",
      "post_build",
    ]);
    expect(succeeded, log.slice(-6_000)).toBe(true);
    const phases = [...installed.phases, ...rest.phases];
    expect(phases.map(({ name, status }) => [name, status])).toEqual([
      ["install", 0],
      ["pre_build", 0],
      ["build", 0],
      ["post_build", 0],
    ]);
    expect(log).toMatch(/\[\d+\/\d+\] 2\. Watch it learn/);
    expect(log).toContain("The endpoint sightline-pictures serves.");
    const reports = join(clone, spec.reports["notebooks-and-tests"]!["base-directory"]);
    for (const name of ["unit-tests", "01-process-and-upload", "02-train-and-deploy", "03-evaluate"]) {
      const xml = readFileSync(join(reports, `${name}.xml`), "utf8");
      expect(xml).toMatch(/<testsuites[\s\S]*tests="[1-9]/);
      expect(xml).not.toMatch(/<failure|<error/);
      if (name === "unit-tests") continue;
      expect(readFileSync(join(clone, "out/html", `${name}.html`), "utf8")).toContain(
        '<span class="badge ok">passed</span>',
      );
      const executed = JSON.parse(readFileSync(join(clone, "out/executed", `${name}.ipynb`), "utf8"));
      expect(executed.metadata.sightline).toMatchObject({
        status: "ok",
        build: "sightline:test",
        commit: { dirty: false },
      });
    }
    process.stderr.write(
      `buildspec: ${phases.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(", ")}\n`,
    );
  });

  it("trains on new pictures of a bucket and updates the endpoint, and no request fails meanwhile", {
    timeout: buildMs,
  }, async () => {
    const { createSession, classifyImage, getEndpoint, uploadFiles } = await import("@sightline/sdk");
    const { drawPictures } = await import("@sightline/samples");
    const session = await createSession({
      bucket: "sightline-notebooks",
      endpointUrl: env.AWS_ENDPOINT_URL!,
      region: env.AWS_REGION!,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
    });
    const drawn = await drawPictures({
      folder: join(scratch, "new-pictures"),
      classes: 3,
      perClass: 16,
      sidePixels: 128,
      seed: 7,
    });
    const filter = (file: string) => file.endsWith(".jpg");
    await uploadFiles(session, drawn.folder, "training-data/", { filter });
    const before = await getEndpoint(session, "sightline-pictures");
    const [picture] = readdirSync(join(drawn.folder, drawn.classes[0]!)).sort();
    const image = readFileSync(join(drawn.folder, drawn.classes[0]!, picture!));
    const { length: former } = await classifyImage(session, "sightline-pictures", image);
    const outcomes = new Map<string, number>();
    let building = true;
    const asking = (async () => {
      while (building) {
        const outcome = await classifyImage(session, "sightline-pictures", image).then(
          ({ length }) => `${length} classes`,
          (error: Error) => error.message,
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    })();
    const newData = {
      ...env,
      DATASET: "s3://sightline-notebooks/training-data/",
      SPLIT: "stratified",
      LEAST_ACCURACY: "0",
      // Its accuracy is not what is looked at.
      EPOCHS: "2",
    };
    const { succeeded, log } = await runBuildspec(spec, clone, newData, ["build", "post_build"]);
    building = false;
    await asking;
    expect(succeeded, log.slice(-6_000)).toBe(true);
    const after = await getEndpoint(session, "sightline-pictures");
    expect(after!.configName).not.toBe(before!.configName);
    session.close();
    // The former model has more classes: both have answered, and nothing else has.
    expect([...outcomes.keys()].sort()).toEqual([`${former} classes`, "3 classes"].sort());
    process.stderr.write(`buildspec: ${JSON.stringify([...outcomes])} while a build updated the endpoint\n`);
  });

  it("goes red for a broken cell, with that cell's error in JUnit and log", {
    timeout: buildMs,
  }, async () => {
    const path = join(clone, "notebooks/01-process-and-upload.ipynb");
    const notebook = JSON.parse(readFileSync(path, "utf8"));
    const broken = notebook.cells.findIndex((cell: { source: string[] }) =>
      cell.source.some((line) => line.includes("const leak")),
    );
    notebook.cells[broken].source.unshift('throw new RangeError("broken on purpose");\n');
    writeFileSync(path, JSON.stringify(notebook, null, 1));
    const { succeeded, phases, log } = await runBuildspec(spec, clone, env, ["build", "post_build"]);
    expect(succeeded).toBe(false);
    expect(phases.map(({ name, status }) => [name, status])).toEqual([
      ["build", 1],
      ["post_build", 0],
    ]);
    expect(log).toContain("RangeError: broken on purpose");
    expect(log).toContain("3. Why by subject?");
    expect(log).toContain("The build failed");
    expect(log).not.toContain("02-train-and-deploy.ipynb: kernel ready");
    const xml = readFileSync(join(clone, "out/reports/01-process-and-upload.xml"), "utf8");
    expect(xml).toMatch(
      /name="\[\d+\] 3\. Why by subject\?"[^>]*><failure type="RangeError" message="RangeError: broken on purpose">/,
    );
  });
});

/**
 * Gives a clone what its origin has built, and the digests of what that was built of: `pnpm build` makes anew what is
 * not of the same sources. That everything builds in a clean clone is what CI proves before its tests.
 */
function takeOverBuilds(clone: string): void {
  const stamps = "node_modules/.cache/sightline-build";
  if (!existsSync(join(root, stamps))) return;
  cpSync(join(root, stamps), join(clone, stamps), { recursive: true });
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(clone, parent)).map((name) => join(parent, name)),
  );
  for (const folder of [...folders, "container"]) {
    const dist = join(folder, "dist");
    if (existsSync(join(root, dist))) cpSync(join(root, dist), join(clone, dist), { recursive: true });
  }
}

/** Where npm and pnpm keep what they have downloaded, and how they reach the registry. */
function cachesOf(all: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const wanted =
    /^(npm_config_|NPM_CONFIG_|COREPACK_|XDG_|HTTPS?_PROXY$|https?_proxy$|NO_PROXY$|no_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT|LANG$|TMPDIR$)/;
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.test(name)));
}
