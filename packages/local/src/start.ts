import { setMaxListeners } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundledWithout } from "@sightline/foundation/bundled-without";
import { type AssembledServices, assembleServices } from "./assemble-services.js";
import { besideEnvironment } from "./beside/environment.js";
import { standBeside } from "./beside/stand-beside.js";
import type { Cloud } from "./cloud.js";
import { chooseRunner } from "./containers/choose-runner.js";
import type { ContainerRunner } from "./containers/container.js";
import { createDockerRunner, type RunnerParts } from "./containers/docker-runner.js";
import { createProcessRunner } from "./containers/process-runner.js";
import { LocalError } from "./errors.js";
import { createImageTable } from "./images/image-table.js";
import type { Logger } from "./logger.js";
import { LogStore } from "./logs/log-store.js";
import { embeddedObjects } from "./objects/embedded-objects.js";
import {
  clientEnvironment,
  DEFAULT_CREDENTIALS,
  DEFAULT_MAX_PAYLOAD_BYTES,
  type LocalSageMaker,
  type LocalSageMakerOptions,
} from "./options.js";
import { ChildPool } from "./process/child-pool.js";
import { removeTree } from "./process/remove-tree.js";
import { ObjectStore } from "./s3/object-store.js";
import { createHttpServer, listen } from "./server.js";
import { lockStateDir } from "./state/lock-state-dir.js";
import { RecordFolder } from "./state/record-store.js";

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** What programs get between SIGTERM and SIGKILL when the server closes. */
const CLOSE_GRACE_MS = 3_000;

/** What undoes a step of the start, the last one first. */
type Undo = () => unknown;

/**
 * Starts SageMaker, S3 and friends on 127.0.0.1. Resolves when it answers; endpoints of a former run
 * may still be starting.
 *
 * @example
 * ```ts
 * const local = await startLocalSageMaker({ stateDir: ".sightline", port: 8500 });
 * local.url; // "http://127.0.0.1:8500"
 * Object.assign(process.env, local.env); // every AWS client of this process now talks to it
 * await local.close();
 * ```
 *
 * @throws LocalError when a bundle holds this package without its programs
 * @throws StateDirUnusableError when the state directory cannot be written to, or holds what cannot be read
 * @throws StateDirInUseError when another server uses the state directory
 * @throws PortInUseError when the port is taken
 * @throws EmulatorUnreachableError when nothing answers beside it
 * @throws MiniStackError when MiniStack cannot be installed or does not start
 * @throws RangeError for a port, account or time scale that cannot be
 */
export async function startLocalSageMaker(options: LocalSageMakerOptions): Promise<LocalSageMaker> {
  options.signal?.throwIfAborted();
  checkOptions(options);
  const reaper = fileURLToPath(new URL("./reaper.js", import.meta.url));
  if (!existsSync(reaper)) throw new LocalError(bundledWithout("@sightline/local", reaper));
  const stateDir = path.resolve(options.stateDir);
  const lock = await lockStateDir(stateDir);
  const undo: Undo[] = [() => lock.release()];
  try {
    const local = await open(options, stateDir, undo);
    await lock.announce(local.url);
    return local;
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

async function undoAll(undo: Undo[]): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

async function open(options: LocalSageMakerOptions, stateDir: string, undo: Undo[]): Promise<LocalSageMaker> {
  const region = options.region ?? "us-east-1";
  const account = options.account ?? "000000000000";
  const credentials =
    options.credentials ??
    (options.beside === undefined ? DEFAULT_CREDENTIALS : { ...DEFAULT_CREDENTIALS, accessKeyId: account });
  const logger = options.logger ?? SILENT;
  const workDir = path.join(stateDir, "work");
  await removeTree(workDir, logger);
  mkdirSync(workDir, { recursive: true });
  let assembled: AssembledServices | undefined;
  const server = createHttpServer(() => assembled?.services);
  const port = await listen(server, options.port ?? 0);
  undo.push(() => server.close());
  const url = `http://127.0.0.1:${port}`;
  const keys = clientEnvironment(url, region, credentials);

  const closing = new AbortController();
  // Every request and job under way listens to it: many are no leak.
  setMaxListeners(0, closing.signal);
  const children = new ChildPool();
  undo.push(() => children.close(CLOSE_GRACE_MS));
  const emulator =
    options.beside === undefined
      ? undefined
      : await standBeside(options.beside, {
          url,
          stateDir,
          keys,
          credentials,
          region,
          account,
          children,
          logger,
          signal: options.signal,
        });
  if (emulator !== undefined) undo.push(() => emulator.close());
  const env =
    emulator === undefined ? keys : { ...keys, ...besideEnvironment(url, emulator.url, { region, account }) };
  const store = emulator === undefined ? new ObjectStore(path.join(stateDir, "s3")) : undefined;
  const records = new RecordFolder(path.join(stateDir, "records"));
  undo.push(
    () => store?.close(),
    () => records.close(),
  );
  const cloud: Cloud = {
    region,
    account,
    records,
    objects: emulator?.objects ?? embeddedObjects(store!),
    store,
    emulator,
    logs: new LogStore(path.join(stateDir, "logs")),
    containers: openRunners(options, { children, clientEnv: env, stateDir, account, logger }),
    registry: options.registry,
    workDir,
    timeScale: options.timeScale ?? 1,
    maxPayloadBytes: options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES,
    logger,
    closing: closing.signal,
  };
  assembled = assembleServices(cloud, credentials, options.pageActions === true);

  let closed: Promise<void> | undefined;
  const shut = async (): Promise<void> => {
    options.signal?.removeEventListener("abort", onAbort);
    const stopped = new Promise((resolve) => server.close(resolve));
    closing.abort();
    await Promise.all([children.close(CLOSE_GRACE_MS), assembled.close()]);
    server.closeAllConnections();
    await stopped;
    await removeTree(workDir, logger);
    await undoAll(undo);
  };
  const close = (): Promise<void> => {
    closed ??= shut();
    return closed;
  };
  const onAbort = (): void => {
    close().catch((error: unknown) => logger.error(`Closing failed: ${String(error)}`));
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) {
    await close();
    options.signal.throwIfAborted();
  }
  return { url, port, region, account, credentials, besideUrl: emulator?.url, env, close };
}

function openRunners(
  { images, runner = "process", registry, gpus }: LocalSageMakerOptions,
  parts: RunnerParts,
): ContainerRunner {
  const table = createImageTable(images);
  const processes = createProcessRunner(parts.children, table, parts.clientEnv);
  return chooseRunner(runner, table, processes, () => createDockerRunner({ ...parts, registry, gpus }));
}

function checkOptions({ port, account, timeScale, beside }: LocalSageMakerOptions): void {
  if (beside !== undefined && "url" in beside && !/^https?:\/\/[^/]/.test(beside.url)) {
    throw new RangeError(`beside.url must be an http or https URL, not "${beside.url}".`);
  }
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    throw new RangeError(`port must be an integer from 0 to 65535, not ${port}.`);
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new RangeError(`account must be 12 digits, not "${account}".`);
  }
  if (timeScale !== undefined && !(timeScale > 0 && Number.isFinite(timeScale))) {
    throw new RangeError(`timeScale must be a number greater than 0, not ${timeScale}.`);
  }
}
