import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointAsyncCommand, InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  PortInUseError,
  StateDirInUseError,
  StateDirUnusableError,
  startLocalSageMaker,
} from "@sightline/local";
import { afterEach, describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel } from "./hosting-support.js";
import { clientsOf, startSleepingJob, stubProcesses } from "./lifecycle-support.js";
import { cleanUp, eventually, folder, later, STUB_IMAGES, startStub } from "./support.js";

afterEach(cleanUp);

describe("a server that is closed", () => {
  test("stops its programs and takes up endpoints, objects, jobs and asynchronous invocations at the next start", async () => {
    const stateDir = folder();
    const first = await startStub({ stateDir });
    const before = clientsOf(first.config);
    const uri = await putModel(before.s3, "kept");
    await createConfig(before.client, "kept", { uri });
    await createEndpoint(before.client, "kept", "kept");
    await startSleepingJob(before);
    await createConfig(before.client, "queue", { asyncOutput: "s3://jobs/async/" });
    await createEndpoint(before.client, "queue", "queue");
    await before.s3.send(new PutObjectCommand({ Bucket: "jobs", Key: "in", Body: '{"sleep":1500}' }));
    const { OutputLocation } = await before.runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: "queue",
        InputLocation: "s3://jobs/in",
        ContentType: "application/x-command",
      }),
    );
    await eventually(() => (stubProcesses(stateDir).length === 3 ? true : undefined));
    await first.local.close();
    expect(stubProcesses(stateDir)).toEqual([]);
    expect(readdirSync(stateDir).sort()).toEqual(["logs", "records", "s3"]);

    const second = await startStub({ stateDir });
    later(() => second.local.close());
    const after = clientsOf(second.config);
    const answer = await after.runtime.send(new InvokeEndpointCommand({ EndpointName: "kept", Body: "x" }));
    expect(JSON.parse(new TextDecoder().decode(answer.Body)).answer).toBe("kept");
    const endpoint = await after.client.send(new DescribeEndpointCommand({ EndpointName: "kept" }));
    expect(endpoint.EndpointStatus).toBe("InService");
    const job = await after.client.send(new DescribeTrainingJobCommand({ TrainingJobName: "sleeper" }));
    expect(job).toMatchObject({
      TrainingJobStatus: "Failed",
      FailureReason: expect.stringContaining("server was stopped"),
    });
    await after.s3.send(new GetObjectCommand({ Bucket: "models", Key: "kept/model.tar.gz" }));
    const Key = OutputLocation!.replace("s3://jobs/", "");
    await eventually(() =>
      after.s3.send(new GetObjectCommand({ Bucket: "jobs", Key })).catch(() => undefined),
    );
  });

  test("lets nobody change an endpoint that it is taking up again", async () => {
    const stateDir = folder();
    const first = await startStub({ stateDir });
    const { client } = clientsOf(first.config);
    await createConfig(client, "slow", {});
    await createEndpoint(client, "slow", "slow");
    await first.local.close();

    // It starts when this side says so, by a file.
    const gate = path.join(stateDir, "gate");
    const wait = `while [ ! -e ${gate} ]; do sleep 0.05; done; exec "$0" "$1"`;
    const serve = ["sh", "-c", wait, ...STUB_IMAGES.stub.serve];
    const second = await startStub({ stateDir, images: { stub: { ...STUB_IMAGES.stub, serve } } });
    later(() => second.local.close());
    const after = clientsOf(second.config);
    const target = { EndpointName: "slow" };
    const remove = () => after.client.send(new DeleteEndpointCommand(target));
    await expect(remove()).rejects.toThrow("in-progress endpoint");
    writeFileSync(gate, "");
    await after.runtime.send(new InvokeEndpointCommand({ ...target, Body: "waits for it" }));
    await remove();
    await eventually(() => (stubProcesses(stateDir).length === 0 ? true : undefined));
    await expect(
      after.runtime.send(new InvokeEndpointCommand({ ...target, Body: "x" })),
    ).rejects.toMatchObject({ name: "ValidationError" });
  });

  test("by its signal is closed too, and an aborted one does not start", async () => {
    const stop = new AbortController();
    const stateDir = folder();
    const { local } = await startStub({ stateDir, signal: stop.signal });
    stop.abort();
    await eventually(async () =>
      fetch(local.url).then(
        () => undefined,
        () => true,
      ),
    );
    await expect(startStub({ stateDir, signal: AbortSignal.abort("no") })).rejects.toBe("no");
  });
});

describe("a server is refused", () => {
  test("a state directory that cannot be one, with a word on what to do", async () => {
    const file = path.join(folder(), "file");
    writeFileSync(file, "x");
    const refused = expect(startLocalSageMaker({ stateDir: file })).rejects;
    await refused.toThrow(StateDirUnusableError);
    await expect(startLocalSageMaker({ stateDir: path.join(file, "in") })).rejects.toThrow("cannot be used");
  });

  test("a state directory that another one uses, and the message says where that is", async () => {
    const { local, stateDir, dispose } = await startStub();
    later(dispose);
    const second = startLocalSageMaker({ stateDir });
    await expect(second).rejects.toBeInstanceOf(StateDirInUseError);
    await expect(second).rejects.toThrow(`in use by process ${process.pid} at ${local.url}`);
  });

  test("a port that is taken, and leaves the state directory free", async () => {
    const blocker = net.createServer().listen(0, "127.0.0.1");
    await once(blocker, "listening");
    later(() => blocker.close());
    const { port } = blocker.address() as net.AddressInfo;
    const stateDir = folder();
    await expect(startLocalSageMaker({ stateDir, port })).rejects.toBeInstanceOf(PortInUseError);
    const free = await startLocalSageMaker({ stateDir });
    await free.close();
  });

  test.each([
    [{ port: 70_000 }, "port must be"],
    [{ account: "12" }, "account must be 12 digits"],
    [{ timeScale: 0 }, "timeScale must be"],
  ])("options that cannot be: %j", async (options, message) => {
    await expect(startLocalSageMaker({ stateDir: folder(), ...options })).rejects.toThrow(message);
  });
});

test("a program that a container leaves behind in another process group dies with the server", async () => {
  const stateDir = folder();
  const first = await startStub({
    stateDir,
    images: {
      stub: {
        ...STUB_IMAGES.stub,
        serve: ["sh", "-c", `setsid sleep 1000 & exec ${STUB_IMAGES.stub.serve.join(" ")}`],
      },
    },
  });
  const { client } = clientsOf(first.config);
  await createConfig(client, "a", {});
  await createEndpoint(client, "a", "a");
  const stray = () =>
    readdirSync("/proc").flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return command === "sleep\x001000\x00" &&
          readFileSync(`/proc/${name}/environ`, "utf8").includes(stateDir)
          ? [Number(name)]
          : [];
      } catch {
        return [];
      }
    });
  expect(stray()).toHaveLength(1);
  await first.local.close();
  await eventually(() => (stray().length === 0 ? true : undefined));
});
