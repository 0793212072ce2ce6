import path from "node:path";
import type { Place } from "../arn.js";
import type { Logger } from "../logger.js";
import type { Beside } from "../options.js";
import type { ChildPool } from "../process/child-pool.js";
import type { Credentials } from "../wire/sigv4.js";
import { type Emulator, reachEmulator } from "./emulator.js";
import { ownEndpoints } from "./environment.js";
import { startMiniStack } from "./start-ministack.js";

/** What an emulator is told of the server that stands beside it. */
export interface StandBesideOptions extends Place {
  /** Of this server. */
  readonly url: string;
  readonly credentials: Credentials;
  /** Keys and region, as clients get them. */
  readonly keys: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly children: ChildPool;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
}

/** Reaches the emulator, after starting it where it is MiniStack. @throws LocalError when that fails */
export async function standBeside(beside: Beside, options: StandBesideOptions): Promise<Emulator> {
  const { region, credentials, url, keys, stateDir } = options;
  const emulatorUrl =
    "url" in beside
      ? beside.url.replace(/\/+$/, "")
      : await startMiniStack({
          ...options,
          port: beside.port ?? 0,
          stateDir: path.join(stateDir, "ministack"),
          env: { ...keys, ...ownEndpoints(url, options) },
        });
  return reachEmulator(emulatorUrl, region, credentials);
}
