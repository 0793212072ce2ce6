import type { Endpoint } from "../../src/endpoints/endpoint.js";

/** A handle of an endpoint that answers at once. */
export const endpoint: Endpoint = {
  kind: "endpoint",
  name: "drivers",
  arn: "arn",
  configName: "c",
  modelName: "m",
  variantName: "AllTraffic",
  isAsync: false,
  action: "created",
};
