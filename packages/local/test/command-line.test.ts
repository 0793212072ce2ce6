import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { afterEach, describe, expect, test } from "vitest";
import { createConfig, createEndpoint } from "./hosting-support.js";
import { clientsOf, startSleepingJob, stubProcesses } from "./lifecycle-support.js";
import { cleanUp, eventually, folder, isRunning, later } from "./support.js";

afterEach(cleanUp);

describe("the command line", () => {
  const cli = fileURLToPath(new URL("../bin/sightline-local.js", import.meta.url));
  const stubPackage = fileURLToPath(new URL("./stub", import.meta.url));

  async function run(args: string[]) {
    const child: ChildProcess = spawn(process.execPath, [cli, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    later(() => child.kill("SIGKILL"));
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
    return { child, config, stderr, ...clientsOf(config) };
  };

  test("takes one emulator only, and one that it knows", async () => {
    for (const [args, said] of [
      [["--beside", "http://127.0.0.1:4566", "--with", "ministack"], "exclude each other"],
      [["--with", "ministac"], 'not "ministac". Did you mean "ministack"?'],
      [["--emulator-port", "0"], "add --with ministack"],
      [["--beside", "http://127.0.0.1:9"], "No S3 answers at http://127.0.0.1:9"],
    ] as const) {
      const { child, stderr } = await run(["start", "--port", "0", "--state", folder(), ...args]);
      expect((await once(child, "close"))[0]).not.toBe(0);
      expect(stderr()).toContain(said);
    }
  });

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
    [[], 2, /Usage/, "no command"],
    [["strat"], 2, /Did you mean "start"/, "a misspelt command"],
    [["start", "--prot", "1"], 2, /"--prot".*--port/, "a misspelt option"],
    [["--version"], 0, /^\d+\.\d+\.\d+/, "version"],
    [["start", "--port", "99999"], 2, /whole number from 0 to 65535, not "99999"/, "a port that cannot be"],
    [["start", "--image", "x"], 2, /NAME=DIR/, "an image without folder"],
  ])("%j exits with %i", async (args, code, message) => {
    const { child, stderr, lines } = await run(args as string[]);
    const out: string[] = [];
    lines.on("line", (line) => out.push(line));
    expect((await once(child, "close"))[0]).toBe(code);
    expect(stderr() + out.join("\n")).toMatch(message);
  });
});
