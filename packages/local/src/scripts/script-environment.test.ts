import path from "node:path";
import { expect, it } from "vitest";
import { scriptEnvironment } from "./script-environment.js";

const job = {
  root: "/root",
  jobName: "drivers",
  script: "train.py",
  source: "s3://b/source.tar.gz",
  hyperparameters: {
    sagemaker_program: '"train.py"',
    sagemaker_submit_directory: '"s3://b/source.tar.gz"',
    sagemaker_container_log_level: "20",
    epochs: "3",
    optimizer: '"adam"',
    nesterov: "true",
    sizes: "[1, 2]",
    plain: "not json",
    b: "1",
  },
  channels: ["train", "held-out"],
  hosts: ["algo-1", "algo-2"],
  host: "algo-2",
  instanceType: "ml.m5.large",
};

it("tells hyperparameters as arguments in the order of their names, and by variables", () => {
  const { env, args } = scriptEnvironment(job);
  expect(args.join(" ")).toBe(
    "-b 1 --epochs 3 --nesterov True --optimizer adam --plain not json --sizes [1,2]",
  );
  expect(JSON.parse(env.SM_HPS!)).toEqual({
    epochs: 3,
    optimizer: "adam",
    nesterov: true,
    sizes: [1, 2],
    plain: "not json",
    b: 1,
  });
  expect(env).toMatchObject({ SM_HP_EPOCHS: "3", SM_HP_OPTIMIZER: "adam", SM_USER_ENTRY_POINT: "train.py" });
  expect(JSON.parse(env.SM_USER_ARGS!)).toEqual(args);
  expect(JSON.parse(env.SM_FRAMEWORK_PARAMS!)).toMatchObject({ sagemaker_program: "train.py" });
});

it("tells folders and hosts", () => {
  const { env } = scriptEnvironment(job);
  const below = (name: string) => path.join("/root", name);
  expect(env).toMatchObject({
    SM_MODEL_DIR: below("model"),
    SM_OUTPUT_DATA_DIR: below("output/data"),
    SM_CHANNEL_TRAIN: below("input/data/train"),
    SM_CHANNEL_HELD_OUT: below("input/data/held-out"),
    SM_HOSTS: '["algo-1","algo-2"]',
    SM_CURRENT_HOST: "algo-2",
    SM_NUM_GPUS: "0",
  });
  expect(JSON.parse(env.SM_TRAINING_ENV!)).toMatchObject({
    job_name: "drivers",
    master_hostname: "algo-1",
    channel_input_dirs: { train: below("input/data/train") },
  });
});
