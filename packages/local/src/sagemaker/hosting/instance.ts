import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "@sightline/contract/environment";
import { freePort } from "@sightline/foundation/free-port";
import type { Cloud } from "../../cloud.js";
import type { Program } from "../../process/child-pool.js";
import { removeTree } from "../../process/remove-tree.js";

/** A container answers a ping within this time, or it is not well. */
const PING_TIMEOUT_MS = 2_000;
/** However short a test's time scale: a busy machine needs this to answer at all. */
const MIN_PING_TIMEOUT_MS = 500;
/** Between pings while an instance starts. */
const START_PING_MS = 50;
/** SIGTERM to SIGKILL: 30 s on AWS. */
const STOP_GRACE_MS = 30_000;
/** Lines of a container's log that explain why it did not start. */
const KEPT_LINES = 8;

/** What one instance is to run. */
export interface InstanceOptions {
  readonly cloud: Cloud;
  /** URI of the image that serves. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folder with the unpacked model, shared by the instances of a variant. */
  readonly modelFolder: string;
  /** Folder in which the instance makes its own tree. */
  readonly folder: string;
  readonly logGroup: string;
  readonly logStreamPrefix: string;
}

/** One instance of a variant: one `serve` process on a port of its own. */
export class Instance {
  readonly id = `i-${randomBytes(8).toString("hex")}`;
  /** Requests that it is working on. */
  inFlight = 0;
  readonly agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #options: InstanceOptions;
  readonly #root: string;
  readonly #lastLines: string[] = [];
  readonly #pingTimeoutMs: number;
  #program: Program | undefined;
  #port = 0;
  #healthy = false;
  #ended = false;
  #stopping = false;

  constructor(options: InstanceOptions) {
    this.#pingTimeoutMs = Math.max(PING_TIMEOUT_MS * options.cloud.timeScale, MIN_PING_TIMEOUT_MS);
    this.#options = options;
    this.#root = path.join(options.folder, this.id);
  }

  /** Folder of this machine that is `/opt/ml` to its container. */
  get root(): string {
    return this.#root;
  }

  /** What its container calls a file below its root. */
  pathInside(file: string): Promise<string> {
    const { cloud, image } = this.#options;
    return cloud.containers.pathInside(image, this.#root, file);
  }

  get port(): number {
    return this.#port;
  }

  /** Id of its process, which leads a group of its own; undefined before it was started. */
  get pid(): number | undefined {
    return this.#program?.pid;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  /** What pings said of it last. */
  setHealthy(healthy: boolean): void {
    this.#healthy = healthy;
  }

  /** Whether its process has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the process without grace; its fleet then replaces it. */
  async kill(): Promise<void> {
    await this.#program?.stop(0);
  }

  /** The last lines that the container printed. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Settles when the process has ended. */
  get exited(): Promise<unknown> {
    return this.#program?.exited ?? Promise.resolve();
  }

  /** Starts the process and waits until it answers /ping. Returns false when it ends or the time is up. */
  async start(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { cloud, image, env, modelFolder, logGroup, logStreamPrefix } = this.#options;
    const program = await this.#launch(cloud, image, env, modelFolder, logGroup, logStreamPrefix);
    void program.exited.then(() => {
      this.#ended = true;
      this.#healthy = false;
    });
    const deadline = Date.now() + timeoutMs;
    while (!this.#ended && !signal.aborted && Date.now() < deadline) {
      if (await this.ping()) {
        this.#healthy = true;
        return true;
      }
      await Promise.race([sleep(START_PING_MS), program.exited]);
    }
    return false;
  }

  async #launch(
    cloud: Cloud,
    image: string,
    env: Readonly<Record<string, string>>,
    modelFolder: string,
    logGroup: string,
    logStreamPrefix: string,
  ): Promise<Program> {
    for (const folder of ["input/config", "output", "tmp"])
      mkdirSync(path.join(this.#root, folder), { recursive: true });
    const log = cloud.logs.open(logGroup, `${logStreamPrefix}/${this.id}`);
    this.#port = await freePort();
    const program = await cloud.containers.start({
      image,
      program: "serve",
      root: this.#root,
      model: modelFolder,
      env: {
        ...env,
        [environment.bindToPort]: String(this.#port),
        // Our container honours it: a local endpoint answers this machine alone.
        [environment.bindAddress]: "127.0.0.1",
        SAGEMAKER_SAFE_PORT_RANGE: `${this.#port}-${this.#port}`,
      },
      onLine: (line) => {
        log.write(line);
        this.#lastLines.push(line);
        if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
      },
    });
    this.#program = program;
    // Told to stop when there was no program yet to be told.
    if (this.#stopping) void program.stop(0);
    void program.exited.then(() => log.close());
    return program;
  }

  /** Whether `GET /ping` answers 200 in time. */
  ping(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = http.get(
        { host: "127.0.0.1", port: this.#port, path: "/ping", agent: false, timeout: this.#pingTimeoutMs },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode === 200));
          response.once("error", () => resolve(false));
        },
      );
      request.once("timeout", () => request.destroy());
      request.once("error", () => resolve(false));
    });
  }

  /** Ends the process as AWS does, and removes its tree. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#healthy = false;
    await this.#program?.stop(STOP_GRACE_MS * this.#options.cloud.timeScale);
    this.agent.destroy();
    await removeTree(this.#root, this.#options.cloud.logger);
  }

  get stopping(): boolean {
    return this.#stopping;
  }
}
