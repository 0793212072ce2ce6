import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import {
  PortInUseError,
  StateDirInUseError,
  StateDirUnusableError,
  startLocalSageMaker,
} from "@sightline/local";
import { afterEach, describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel } from "./hosting-support.js";
import { eventually, isRunning, ROLE, STUB_IMAGES, startStub, temporaryFolder } from "./support.js";

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

const folder = () => {
  const made = temporaryFolder();
  cleanup.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};
const clients = (config: Awaited<ReturnType<typeof startStub>>["config"]) => ({
  client: new SageMakerClient(config),
  s3: new S3Client(config),
  runtime: new SageMakerRuntimeClient(config),
});
const startSleepingJob = async ({ client, s3 }: ReturnType<typeof clients>) => {
  await s3.send(new CreateBucketCommand({ Bucket: "jobs" }));
  await client.send(
    new CreateTrainingJobCommand({
      TrainingJobName: "sleeper",
      RoleArn: ROLE,
      AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
      OutputDataConfig: { S3OutputPath: "s3://jobs/" },
      ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      HyperParameters: { sleep: "600", stubborn: "1" },
    }),
  );
};
/** Processes whose command line names a stub and whose tree lies below a state directory. */
const stubProcesses = (stateDir: string): number[] =>
  readdirSync("/proc").flatMap((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${name}/environ`, "utf8");
      return command.includes("/stub/") && environment.includes(stateDir) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });

describe("a server that is closed", () => {
  test("stops its programs and takes up endpoints, objects, jobs and asynchronous invocations at the next start", async () => {
    const stateDir = folder();
    const first = await startStub({ stateDir });
    const before = clients(first.config);
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
    cleanup.push(() => second.local.close());
    const after = clients(second.config);
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
    const { client } = clients(first.config);
    await createConfig(client, "slow", {});
    await createEndpoint(client, "slow", "slow");
    await first.local.close();

    const serve = ["sh", "-c", 'sleep 1; exec "$0" "$1"', ...STUB_IMAGES.stub.serve];
    const second = await startStub({ stateDir, images: { stub: { ...STUB_IMAGES.stub, serve } } });
    cleanup.push(() => second.local.close());
    const after = clients(second.config);
    const target = { EndpointName: "slow" };
    const remove = () => after.client.send(new DeleteEndpointCommand(target));
    await expect(remove()).rejects.toThrow("in-progress endpoint");
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

test("a lock that nobody can have written whole is nobody's", async () => {
  for (const content of ["", "{}", '{"pid":']) {
    const stateDir = folder();
    writeFileSync(path.join(stateDir, "lock.json"), content);
    const { local } = await startStub({ stateDir });
    await local.close();
  }
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
    cleanup.push(dispose);
    const second = startLocalSageMaker({ stateDir });
    await expect(second).rejects.toBeInstanceOf(StateDirInUseError);
    await expect(second).rejects.toThrow(`in use by process ${process.pid} at ${local.url}`);
  });

  test("a port that is taken, and leaves the state directory free", async () => {
    const blocker = net.createServer().listen(0, "127.0.0.1");
    await once(blocker, "listening");
    cleanup.push(() => blocker.close());
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

describe("the command line", () => {
  const cli = fileURLToPath(new URL("../bin/sightline-local.js", import.meta.url));
  const stubPackage = fileURLToPath(new URL("./stub", import.meta.url));

  async function run(args: string[]) {
    const child: ChildProcess = spawn(process.execPath, [cli, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    cleanup.push(() => child.kill("SIGKILL"));
    let err = "";
    child.stderr!.on("data", (piece) => (err += piece));
    return { child, lines: createInterface({ input: child.stdout! }), stderr: () => err };
  }
  const start = async (stateDir: string) => {
    const { child, lines, stderr } = await run([
      "start",
      "--port",
      "0",
      "--state",
      stateDir,
      "--json",
      "--image",
      `stub=${stubPackage}`,
    ]);
    const [line] = (await once(lines, "line")) as [string];
    const { url, region, env } = JSON.parse(line);
    const config = {
      endpoint: url,
      region,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
      maxAttempts: 1,
    };
    return { child, config, stderr, ...clients(config) };
  };

  test.each(["SIGINT", "SIGTERM"] as const)("stops everything on %s and exits with 0", async (signal) => {
    const stateDir = folder();
    const server = await start(stateDir);
    await createConfig(server.client, "a", {});
    await createEndpoint(server.client, "a", "a");
    expect(stubProcesses(stateDir)).toHaveLength(1);
    const ended = once(server.child, "exit");
    server.child.kill(signal);
    expect((await ended)[0]).toBe(0);
    expect(stubProcesses(stateDir)).toEqual([]);
  });

  test("killed with SIGKILL leaves no program and no lock behind, and all that it had acknowledged", async () => {
    const stateDir = folder();
    const server = await start(stateDir);
    await createConfig(server.client, "a", {}, [{ InitialInstanceCount: 2 }]);
    await createEndpoint(server.client, "a", "a");
    await startSleepingJob(server);
    for (let index = 0; index < 50; index++) {
      await server.s3.send(new PutObjectCommand({ Bucket: "jobs", Key: `k${index}`, Body: String(index) }));
    }
    await eventually(() => (stubProcesses(stateDir).length === 3 ? true : undefined));
    const pids = stubProcesses(stateDir);
    const ended = once(server.child, "exit");
    server.child.kill("SIGKILL");
    await ended;
    await eventually(() => (pids.some(isRunning) ? undefined : true));

    const again = await start(stateDir);
    for (let index = 0; index < 50; index++) {
      const { Body } = await again.s3.send(new GetObjectCommand({ Bucket: "jobs", Key: `k${index}` }));
      expect(await Body!.transformToString()).toBe(String(index));
    }
    const answer = await again.runtime.send(new InvokeEndpointCommand({ EndpointName: "a", Body: "x" }));
    expect(answer.InvokedProductionVariant).toBe("v1");
    const job = await again.client.send(new DescribeTrainingJobCommand({ TrainingJobName: "sleeper" }));
    expect(job.TrainingJobStatus).toBe("Failed");
    again.child.kill("SIGTERM");
    await once(again.child, "exit");
  });

  test("a reaper that is killed is replaced", async () => {
    const stateDir = folder();
    const server = await start(stateDir);
    await createConfig(server.client, "a", {});
    await createEndpoint(server.client, "a", "a");
    const reaperOf = (parent: number) =>
      readdirSync("/proc").flatMap((name) => {
        try {
          const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
          const status = readFileSync(`/proc/${name}/status`, "utf8");
          return command.includes("reaper.js") && status.includes(`PPid:\t${parent}\n`) ? [Number(name)] : [];
        } catch {
          return [];
        }
      })[0];
    const reaper = await eventually(() => reaperOf(server.child.pid!));
    process.kill(reaper, "SIGKILL");
    await eventually(() => {
      const next = reaperOf(server.child.pid!);
      return next !== undefined && next !== reaper ? true : undefined;
    });
    const pids = stubProcesses(stateDir);
    server.child.kill("SIGKILL");
    await eventually(() => (pids.some(isRunning) ? undefined : true));
  });

  test.each([
    [["--help"], 0, /Usage/, "help"],
    [[], 2, /Say "sightline-local start"/, "no command"],
    [["start", "--prot", "1"], 2, /--prot/, "an unknown option"],
    [["start", "--port", "99999"], 1, /port must be an integer/, "a port that cannot be"],
    [["start", "--image", "x"], 2, /NAME=DIR/, "an image without folder"],
  ])("%j exits with %i", async (args, code, message) => {
    const { child, stderr, lines } = await run(args as string[]);
    const out: string[] = [];
    lines.on("line", (line) => out.push(line));
    expect((await once(child, "close"))[0]).toBe(code);
    expect(stderr() + out.join("\n")).toMatch(message);
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
  const { client } = clients(first.config);
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
