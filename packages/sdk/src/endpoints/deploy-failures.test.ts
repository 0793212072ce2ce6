import { expect, test } from "vitest";
import { Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { hosting, options, second } from "../../test/support/with-hosting.js";
import { EndpointFailedError, WaitTimeoutError } from "../errors.js";
import { deployEndpoint } from "./deploy-endpoint.js";

test("a former configuration that may not be removed is a warning, not a failed deployment", async () => {
  await deployEndpoint(session, options);
  aws.on("DeleteEndpointConfig", () => new Refusal(403, "AccessDeniedException", "not you"));
  const { events, result: done } = await follow(
    deployEndpoint(session, {
      ...options,
      model: second,
    }),
  );
  expect(done.action).toBe("updated");
  expect(events.at(-1)).toMatchObject({ kind: "warning", message: expect.stringContaining("not you") });
});

test("an endpoint that somebody else made meanwhile is told as such", async () => {
  aws.on("CreateEndpoint", () => {
    hosting.endpoint = { status: "InService", config: "theirs", modified: 1, instances: 1 };
    return new Refusal(400, "ValidationException", "Cannot create already existing endpoint");
  });
  const error = await deployEndpoint(session, options).catch((thrown) => thrown);
  expect(error).toMatchObject({ rolledBack: false, failureReason: expect.stringContaining("serves theirs") });
});

test("a rollback ends InService with the former configuration, and is an error with its reason and log", async () => {
  const one = await deployEndpoint(session, options);
  hosting.script = [
    { status: "InService", config: "old" },
    { status: "Updating", config: "old" },
    { status: "RollingBack", config: "old" },
    { status: "InService", config: "old", failureReason: "alarm too-many-errors" },
  ];
  // The first step is what deployEndpoint() sees before the update.
  const error = await deployEndpoint(session, { ...options, model: second }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EndpointFailedError);
  expect(error).toMatchObject({
    endpointName: "drivers",
    rolledBack: true,
    failureReason: "alarm too-many-errors",
  });
  expect(error.message).toMatch(/^Endpoint drivers rolled back and serves its former configuration: alarm/);
  expect(error.logTail).toEqual(["Error: no model.onnx"]);
  // What was made for the new configuration is gone again.
  expect([...hosting.configs.keys()]).toEqual([one.configName]);
  expect([...hosting.models.keys()]).toEqual([one.modelName]);
});

test("a rollback so quick that no look saw it is an error too", async () => {
  await deployEndpoint(session, options);
  aws.on("UpdateEndpoint", () => {
    Object.assign(hosting.endpoint as object, { modified: 99, failureReason: "no ping" });
    return {};
  });
  const error = await deployEndpoint(session, { ...options, model: second }).catch((thrown) => thrown);
  expect(error).toMatchObject({ rolledBack: true, failureReason: "no ping" });
});

test("a describe that lags behind the update is not taken for a rollback", async () => {
  await deployEndpoint(session, options);
  hosting.script = [
    { status: "InService", config: "old" },
    { status: "InService", config: "old" },
    { status: "InService", config: "old" },
    { status: "Updating", config: "old" },
    { status: "InService", config: "new" },
  ];
  expect((await deployEndpoint(session, { ...options, model: second })).action).toBe("updated");
});

test("an endpoint that fails is an error with reason and log; the next deployment makes it anew", async () => {
  hosting.script = [
    { status: "Creating" },
    { status: "Failed", failureReason: "did not pass the ping health check" },
  ];
  const error = await deployEndpoint(session, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EndpointFailedError);
  expect(error.message).toBe(
    "Endpoint drivers ended Failed: did not pass the ping health check\nLast log lines:\n  Error: no model.onnx",
  );
  const { events, result: again } = await follow(deployEndpoint(session, { ...options }));
  expect(again.action).toBe("created");
  expect(events).toContainEqual({ kind: "removed", resource: "endpoint", name: "drivers" });
});

test("an endpoint that is being changed is waited for first", async () => {
  await deployEndpoint(session, options);
  hosting.script = [{ status: "SystemUpdating" }, { status: "SystemUpdating" }, { status: "InService" }];
  await deployEndpoint(session, { ...options, model: second });
  const operations = aws.operations();
  const update = operations.indexOf("UpdateEndpoint");
  expect(
    operations.slice(0, update).filter((operation) => operation === "DescribeEndpoint").length,
  ).toBeGreaterThan(3);
});

test("a wait has its limit, and an abort its reason; the deployment goes on", async () => {
  hosting.script = Array.from({ length: 500 }, () => ({ status: "Creating" }));
  await expect(deployEndpoint(session, { ...options, timeoutMs: 60 })).rejects.toThrow(WaitTimeoutError);
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  setTimeout(() => controller.abort(reason), 30);
  await expect(deployEndpoint(session, { ...options, signal: controller.signal })).rejects.toBe(reason);
  expect(hosting.endpoint?.status).toBe("Creating");
});

test("throttling and server errors during the wait are waited out", async () => {
  const patient = await aws.session({ maxAttempts: 1 });
  const describe = aws.handlerOf("DescribeEndpoint");
  aws.on("DescribeEndpoint", (input, count) => {
    if (count === 1) return new Refusal(400, "ThrottlingException", "Rate exceeded");
    if (count === 2) return new Refusal(503, "ServiceUnavailable", "later");
    return describe(input, count);
  });
  expect((await deployEndpoint(patient, options)).action).toBe("created");
});
