import { beforeEach } from "vitest";
import type { DeployEndpointOptions } from "../../src/endpoints/deploy-options.js";
import type { ModelArtifact } from "../../src/models/model.js";
import { quick } from "./fake-aws.js";
import { Hosting } from "./fake-hosting.js";
import { aws } from "./with-fake-aws.js";

/** A SageMaker with one endpoint, new for every test of the file that imports it. */
export let hosting: Hosting;

beforeEach(() => {
  hosting = new Hosting(aws);
  aws.s3.put("drivers", "m1.tar.gz", "one");
  aws.s3.put("drivers", "m2.tar.gz", "two");
});

/** Two artefacts to deploy. */
export const first: ModelArtifact = {
  kind: "model-artifact",
  uri: "s3://drivers/m1.tar.gz",
  image: "own:1",
};
export const second: ModelArtifact = { ...first, uri: "s3://drivers/m2.tar.gz" };

/** A deployment of the first. */
export const options: DeployEndpointOptions = {
  name: "drivers",
  model: first,
  instance: { type: "ml.m5.xlarge" },
  ...quick,
};
/** Scaling for it. */
export const autoscaling = {
  minInstances: 1,
  maxInstances: 4,
  invocationsPerInstancePerMinute: 30_000,
} as const;
