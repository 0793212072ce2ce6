import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocalSageMaker } from "@sightline/local";
import { afterEach, expect, test } from "vitest";
import { cleanUp, folder, later } from "./support.js";

afterEach(cleanUp);

/**
 * Opt-in, since it takes minutes and wants what nobody has by chance: a clone of DSBA-6190-Final-Project-Team/
 * DSBA-6190_Final-Project, to which MXNet's tools/im2rec.py is added; its data set (folders c0 to c9); and a Python with what
 * the notebooks import: sagemaker 1.72.1, protobuf below 3.21, pandas below 2, numpy below 1.24, mxnet 1.9.1,
 * opencv-python-headless, checksumdir, pillow, requests, and nbclient and ipykernel to run them.
 */
const {
  SIGHTLINE_SEED_REPOSITORY: repository,
  SIGHTLINE_SEED_PICTURES: pictures,
  SIGHTLINE_SEED_PYTHON: python,
} = process.env;
const missing = [repository, pictures, python].includes(undefined);
if (missing) {
  console.warn(
    "Skipped: SIGHTLINE_SEED_REPOSITORY, SIGHTLINE_SEED_PICTURES and SIGHTLINE_SEED_PYTHON are not set.",
  );
}

/** The profile that the first notebook names. */
const PROFILE = "dsba_6190_proj_4";
/** The notebooks' waiters look again after two minutes. */
const IMPATIENT = "import time\nsleep = time.sleep\ntime.sleep = lambda seconds: sleep(min(seconds, 0.5))\n";

test.skipIf(missing)(
  "the notebooks of the project that this one follows run unchanged, up to their API Gateway cells",
  async () => {
    const home = folder();
    const work = path.join(home, "work");
    cpSync(repository!, work, { recursive: true });
    const local = await startLocalSageMaker({ stateDir: path.join(home, "state") });
    later(() => local.close());
    mkdirSync(path.join(home, ".aws"));
    const { accessKeyId, secretAccessKey } = local.credentials;
    writeFileSync(
      path.join(home, ".aws/credentials"),
      `[${PROFILE}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    writeFileSync(path.join(home, "sitecustomize.py"), IMPATIENT);
    const run = fileURLToPath(new URL("./seed-notebooks/run.py", import.meta.url));
    const { stdout } = await promisify(execFile)(python!, [run, work, pictures!], {
      env: {
        PATH: `${path.dirname(python!)}${path.delimiter}${process.env.PATH}`,
        HOME: home,
        PYTHONPATH: home,
        ...local.env,
      },
      maxBuffer: 64 * 1024 * 1024,
    });
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { notebook: string; cells: number; left: number; text: string });
    expect(told.map(({ notebook, cells, left }) => [notebook, cells, left])).toEqual([
      ["processing_upload2s3", 35, 0],
      ["model_training_and_endpoint_deployment", 29, 0],
      ["evaluate_deployed_endpoint", 8, 8],
    ]);
    // What the notebooks catch, they print.
    const text = told.map((each) => each.text).join("");
    expect(text).not.toContain("Error Raised");
    expect(text).toContain("Initial creation of endpoint");
    // The answer about a picture: a probability a class.
    expect(told.at(-1)!.text.match(/\d\.\d+(e-\d+)?/g)).toHaveLength(10);
  },
  1_800_000,
);
