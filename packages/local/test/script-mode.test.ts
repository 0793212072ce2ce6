import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateProcessingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeProcessingJobCommand,
} from "@aws-sdk/client-sagemaker";
import * as tar from "tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, ROLE, temporaryFolder } from "./support.js";
import { Bucket, startTraining, type Training } from "./training-support.js";

const FRAMEWORK = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0.0-cpu-py310";

let training: Training;
let folder: string;
beforeAll(async () => {
  training = await startTraining();
  folder = temporaryFolder();
});
afterAll(async () => {
  await training.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** An archive in S3, as SDKs make it of a folder; gives its URI. */
async function upload(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const source = path.join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
    writeFileSync(path.join(source, file), text);
  }
  const archive = path.join(folder, `${name}.tar.gz`);
  await tar.create({ gzip: true, file: archive, cwd: source }, Object.keys(files));
  const Key = `code/${name}/sourcedir.tar.gz`;
  await training.s3.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(archive) }));
  return `s3://${Bucket}/${Key}`;
}

/** A job as an estimator of the Python SDK sends it: hyperparameters are JSON. */
const scriptJob = (
  program: string,
  source: string,
  given: Readonly<Record<string, unknown>> = {},
  image = FRAMEWORK,
): Partial<CreateTrainingJobCommandInput> => ({
  AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
  HyperParameters: Object.fromEntries(
    Object.entries({
      ...given,
      sagemaker_program: program,
      sagemaker_submit_directory: source,
      sagemaker_container_log_level: 20,
    }).map(([name, value]) => [name, JSON.stringify(value)]),
  ),
});

const PYTHON = `
import argparse, json, os, pathlib
import helper
p = argparse.ArgumentParser()
p.add_argument("--epochs", type=int)
p.add_argument("--rate", type=float)
p.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
a = p.parse_args()
names = sorted(str(f.relative_to(a.train)) for f in pathlib.Path(a.train).rglob("*") if f.is_file())
told = {"epochs": a.epochs, "rate": a.rate, "files": names, "hps": json.loads(os.environ["SM_HPS"]),
        "hosts": json.loads(os.environ["SM_HOSTS"]), "helped": helper.NAME}
pathlib.Path("/opt/ml/model", os.environ["SM_CURRENT_HOST"] + ".json").write_text(json.dumps(told))
pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "curve.txt").write_text("1 2 3")
print("accuracy=0.75;")
`;
const NODE = `
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NAME } from "./helper.mjs";
const told = { args: process.argv.slice(2), hps: JSON.parse(process.env.SM_HPS), helped: NAME };
writeFileSync(join(process.env.SM_MODEL_DIR, "told.json"), JSON.stringify(told));
`;

let hasPython = true;
try {
  execFileSync("python3", ["--version"], { stdio: "ignore" });
} catch {
  hasPython = false;
  console.warn("Skipped: python3 is not installed.");
}

describe("a training job that brings a script", () => {
  test.skipIf(!hasPython)("runs Python on every instance, told as SageMaker's images tell it", async () => {
    const source = await upload("python", { "src/train.py": PYTHON, "src/helper.py": 'NAME = "helper"' });
    await training.create("python", {
      ...scriptJob("src/train.py", source, { epochs: 3, rate: 0.5 }),
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 2, VolumeSizeInGB: 10 },
      AlgorithmSpecification: {
        TrainingImage: FRAMEWORK,
        TrainingInputMode: "File",
        MetricDefinitions: [{ Name: "accuracy", Regex: "accuracy=(.*?);" }],
      },
    });
    const job = await training.finished("python");
    expect(job.FailureReason).toBeUndefined();
    expect(job.FinalMetricDataList).toMatchObject([{ MetricName: "accuracy", Value: 0.75 }]);
    const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
    expect(Object.keys(files).sort()).toEqual(["algo-1.json", "algo-2.json"]);
    expect(JSON.parse(files["algo-2.json"]!)).toEqual({
      epochs: 3,
      rate: 0.5,
      files: ["a.rec", "c.rec", "deep/b.rec"],
      hps: { epochs: 3, rate: 0.5 },
      hosts: ["algo-1", "algo-2"],
      helped: "helper",
    });
    const output = await training.readModel(`s3://${Bucket}/out/python/output/output.tar.gz`);
    expect(output).toEqual({ "curve.txt": "1 2 3" });
  });

  test("runs Node.js by the end of the script's name", async () => {
    const source = await upload("node", { "train.mjs": NODE, "helper.mjs": 'export const NAME = "helper";' });
    await training.create("node", scriptJob("train.mjs", source, { depth: 3, name: "x y" }));
    const job = await training.finished("node");
    expect(job.FailureReason).toBeUndefined();
    const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
    expect(JSON.parse(files["told.json"]!)).toEqual({
      args: ["--depth", "3", "--name", "x y"],
      hps: { depth: 3, name: "x y" },
      helped: "helper",
    });
  });

  test("fails with the script's last words, as SageMaker's images word it", async () => {
    const source = await upload("broken", { "train.mjs": 'throw new Error("no such drivers");' });
    await training.create("broken", scriptJob("train.mjs", source));
    const job = await training.finished("broken");
    expect(job.TrainingJobStatus).toBe("Failed");
    expect(job.FailureReason).toMatch(
      /^AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "[\s\S]*no such drivers[\s\S]*"\nCommand ".*train\.mjs", exit code: 1$/,
    );
  });

  test.each<[string, Partial<CreateTrainingJobCommandInput>, RegExp]>([
    ["an archive that is not there", scriptJob("train.mjs", `s3://${Bucket}/none.tar.gz`), /does not exist/],
    ["an archive on a disk", scriptJob("train.mjs", "file:///tmp/code"), /must be the s3:\/\/ URI/],
    ["a script that nothing runs", scriptJob("train.rb", `s3://${Bucket}/x`), /name must end in py, js/],
    [
      "a script outside the archive",
      scriptJob("../train.py", `s3://${Bucket}/x`),
      /must be a path in the archive/,
    ],
    [
      "an image that is not known",
      scriptJob("train.py", `s3://${Bucket}/x`, {}, "mine:1"),
      /The image "mine:1" is not known .* framework images/,
    ],
    [
      "a framework's image without a script",
      { AlgorithmSpecification: { TrainingImage: FRAMEWORK, TrainingInputMode: "File" } },
      /only trains here, by the script that the job brings/,
    ],
  ])("is refused at once with %s", async (_, change, reason) => {
    await expect(training.create("refused", change)).rejects.toThrow(reason);
  });
});

/** What the Python SDK's FrameworkProcessor sends (2.257, processing.py), without what it does for CodeArtifact. */
const RUNPROC = `#!/bin/bash

cd /opt/ml/processing/input/code/
tar -xzf sourcedir.tar.gz

# Exit on any error. SageMaker uses error code to mark failed job.
set -e

if [[ -f 'requirements.txt' ]]; then
    pip install -r requirements.txt
fi

python process.py "$@"
`;

describe("a processing job that brings a script", () => {
  const run = async (
    name: string,
    entrypoint: string[],
    inputs: Record<string, string>,
    args: string[] = [],
  ) => {
    await training.client.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: name,
        RoleArn: ROLE,
        AppSpecification: {
          ImageUri: FRAMEWORK,
          ContainerEntrypoint: entrypoint,
          ...(args.length === 0 ? {} : { ContainerArguments: args }),
        },
        ProcessingInputs: Object.entries(inputs).map(([input, S3Uri]) => ({
          InputName: input,
          S3Input: {
            S3Uri,
            LocalPath: `/opt/ml/processing/input/${input}`,
            S3DataType: "S3Prefix",
            S3InputMode: "File",
          },
        })),
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: "out",
              S3Output: {
                S3Uri: `s3://${Bucket}/processed/${name}`,
                LocalPath: "/opt/ml/processing/output",
                S3UploadMode: "EndOfJob",
              },
            },
          ],
        },
        ProcessingResources: {
          ClusterConfig: { InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 10 },
        },
      }),
    );
    return await eventually(async () => {
      const job = await training.client.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
      return job.ProcessingJobStatus === "InProgress" ? undefined : job;
    });
  };
  const put = (Key: string, Body: string) => training.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  test.skipIf(!hasPython)(
    "runs what FrameworkProcessor uploads, with python and pip under these names",
    async () => {
      const uri = await upload("process", {
        "process.py": 'import pathlib, sys; pathlib.Path(sys.argv[2], "said.txt").write_text(sys.argv[1])',
      });
      await put("entry/runproc.sh", RUNPROC);
      const job = await run(
        "framework-processor",
        ["/bin/bash", "/opt/ml/processing/input/entrypoint/runproc.sh"],
        { code: uri, entrypoint: `s3://${Bucket}/entry/runproc.sh` },
        ["hello", "/opt/ml/processing/output"],
      );
      expect(job).toMatchObject({ ProcessingJobStatus: "Completed" });
      const text = await training.readText("processed/framework-processor/said.txt");
      expect(text).toBe("hello");
    },
  );

  test("runs the script of a ScriptProcessor, and takes /opt/ml in it for the job's own folder", async () => {
    await put(
      "script/process.mjs",
      'import { readdirSync, writeFileSync } from "node:fs";\n' +
        'writeFileSync("/opt/ml/processing/output/names.txt", readdirSync("/opt/ml/processing/input/data").join());',
    );
    const job = await run("script-processor", ["node", "/opt/ml/processing/input/code/process.mjs"], {
      code: `s3://${Bucket}/script/process.mjs`,
      data: `s3://${Bucket}/in/validation`,
    });
    expect(job).toMatchObject({ ProcessingJobStatus: "Completed" });
    expect(await training.readText("processed/script-processor/names.txt")).toBe("v.rec");
  });
});
