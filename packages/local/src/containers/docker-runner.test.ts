import { expect, it } from "vitest";
import type { ContainerOptions } from "./container.js";
import { runArguments } from "./docker-runner.js";

const options = {
  clientEnv: { AWS_ENDPOINT_URL: "http://127.0.0.1:8500" },
  registry: "127.0.0.1:5000",
  gpus: undefined,
  stateDir: "/state",
  account: "111122223333",
  children: { label: "RUN=1" },
};
const container: ContainerOptions = {
  image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/drivers:1",
  program: "train",
  root: "/state/algo-1",
  env: { TRAINING_JOB_NAME: "j" },
  onLine: () => undefined,
};

it("runs an image of this account's ECR from the registry, with SageMaker's mounts and environment", () => {
  expect(runArguments(options, container, "c")).toEqual([
    "run",
    "--rm",
    "--name=c",
    "--label=sightline.local.state=/state",
    "--label=RUN=1",
    "--network=host",
    "--volume=/state/algo-1:/opt/ml",
    "--env=AWS_ENDPOINT_URL=http://127.0.0.1:8500",
    "--env=TRAINING_JOB_NAME=j",
    "127.0.0.1:5000/team/drivers:1",
    "train",
  ]);
});

it.each([
  ["another account's image", { image: "999922223333.dkr.ecr.eu-west-1.amazonaws.com/x:1" }],
  ["an image of no ECR", { image: "team/drivers:1" }],
])("leaves the name of %s as it is", (_, given) => {
  expect(runArguments(options, { ...container, ...given }, "c").at(-2)).toBe(given.image);
});

it("gives a model of its own read-only, GPUs where they are asked for, and an entry point instead of the program", () => {
  const given = {
    ...container,
    model: "/model",
    entrypoint: ["python3", "/opt/train.py"],
    args: ["--epochs", "1"],
  };
  const made = runArguments({ ...options, gpus: "all" }, given, "c");
  expect(made).toContain("--volume=/model:/opt/ml/model:ro");
  expect(made).toContain("--gpus=all");
  expect(made.slice(-5)).toEqual([
    "--entrypoint=python3",
    "127.0.0.1:5000/team/drivers:1",
    "/opt/train.py",
    "--epochs",
    "1",
  ]);
});
