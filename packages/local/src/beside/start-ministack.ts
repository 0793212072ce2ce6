import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@sightline/foundation/free-port";
import type { Place } from "../arn.js";
import { MiniStackError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { ChildPool, Program } from "../process/child-pool.js";
import { installMiniStack } from "./install-ministack.js";

/** How long MiniStack may take until it answers. Two seconds on a quiet machine. */
const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;
const KEPT_LINES = 5;

/** What MiniStack is started with. */
export interface MiniStackOptions extends Place {
  /** 0: any free one. */
  readonly port: number;
  /** Keeps stacks, objects, functions over a restart. */
  readonly stateDir: string;
  /** What its functions get besides their own: the way to this server, and its keys. */
  readonly env: Readonly<Record<string, string>>;
  readonly children: ChildPool;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts MiniStack on 127.0.0.1, installing it first where it is not, and resolves to its URL when it answers. It
 * ends with the pool of programs, however that ends.
 *
 * @throws MiniStackError
 */
export async function startMiniStack(options: MiniStackOptions): Promise<string> {
  const { account, region, stateDir, children, logger, signal } = options;
  const python = await installMiniStack((message) => logger.info(message), signal);
  const port = options.port === 0 ? await freePort() : options.port;
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(stateDir, { recursive: true });
  const lines: string[] = [];
  const program = children.start({
    command: [python, "-m", "ministack"],
    cwd: stateDir,
    env: {
      ...options.env,
      AWS_ENDPOINT_URL: url,
      GATEWAY_PORT: String(port),
      // Its default is every interface of the machine.
      BIND_HOST: "127.0.0.1",
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      PERSIST_STATE: "1",
      STATE_DIR: path.join(stateDir, "state"),
      S3_PERSIST: "1",
      S3_DATA_DIR: path.join(stateDir, "s3"),
      TMPDIR: stateDir,
      // Lambda's runtime has the AWS SDK, and CDK's own functions (emptying a bucket) take it from there.
      NODE_PATH: sdkFolder(),
      LOG_LEVEL: "WARNING",
    },
    onLine: (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    },
  });
  const said = () => (lines.length === 0 ? "It said nothing." : `It said: ${lines.join(" | ")}`);
  if (!(await answers(url, program, signal))) {
    await program.stop(0);
    signal?.throwIfAborted();
    throw new MiniStackError(`MiniStack does not answer at ${url}. ${said()}`);
  }
  void program.exited.then(() => {
    if (!children.closed) {
      logger.error(`MiniStack at ${url} ended by itself: stop this server and start it again. ${said()}`);
    }
  });
  return url;
}

/** The node_modules folder that holds this package's own client of S3. */
function sdkFolder(): string {
  const file = createRequire(import.meta.url).resolve("@aws-sdk/client-s3/package.json");
  return path.resolve(file, "../../..");
}

async function answers(url: string, program: Program, signal: AbortSignal | undefined): Promise<boolean> {
  let ended = false;
  void program.exited.then(() => {
    ended = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!ended && signal?.aborted !== true && Date.now() < deadline) {
    const response = await fetch(`${url}/_ministack/health`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok === true) return true;
    await sleep(LOOK_MS);
  }
  return false;
}
