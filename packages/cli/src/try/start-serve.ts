import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { environment } from "@sightline/contract/environment";
import { freePort } from "@sightline/foundation/free-port";
import { type ChildOptions, startChild } from "@sightline/foundation/supervised-child";
import { docker } from "../docker/docker.js";
import type { OpenedModel } from "./open-model.js";

/** What serves the model: this machine's Node.js, or an image. */
export type Runner =
  | { readonly kind: "process" }
  | { readonly kind: "docker"; readonly image: string; readonly options: readonly string[] };

/** A running `serve`. */
export interface Serving {
  readonly url: string;
  /** Settles with how it ended. */
  readonly ended: Promise<string>;
  /** The last lines that it printed. */
  log(): string;
  /** SIGTERM, and an end by force after `graceMs`, as SageMaker does. */
  stop(graceMs: number): Promise<string>;
}

/** Lines of the log that are kept. */
const KEPT_LINES = 20;

/** Starts `serve` for a model on a free port of this machine. */
export async function startServe(model: OpenedModel, runner: Runner): Promise<Serving> {
  const port = await freePort();
  const name = `sightline-try-${randomBytes(6).toString("hex")}`;
  const child = startChild(
    runner.kind === "process" ? ownCommand(model, port) : imageCommand(model, runner, port, name),
  );
  const lines: string[] = [];
  for (const stream of [child.process.stdout!, child.process.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.split("\n").filter((line) => line.trim() !== ""));
      lines.splice(0, lines.length - KEPT_LINES);
    });
  }
  // The last lines are often read behind the end.
  const closed = new Promise((resolve) => child.process.once("close", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    ended: Promise.all([child.ended, closed]).then(([{ how }]) => how),
    log: () => lines.join("\n"),
    async stop(graceMs) {
      // docker run hands the signal on to the container.
      const { signal, how } = await child.end(graceMs);
      // The client's end alone leaves the container.
      if (signal === "SIGKILL" && runner.kind === "docker")
        await docker(["kill", name]).catch(() => undefined);
      return how;
    },
  };
}

function ownCommand({ root }: OpenedModel, port: number): ChildOptions<never> {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve("@sightline/container/package.json");
  const { sightline } = JSON.parse(readFileSync(manifest, "utf8")) as {
    sightline: { programs: { serve: string } };
  };
  return {
    command: [process.execPath, join(dirname(manifest), sightline.programs.serve)],
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      [environment.mlRoot]: root,
      [environment.bindToPort]: String(port),
      [environment.bindAddress]: "127.0.0.1",
    },
  };
}

function imageCommand(
  { folder }: OpenedModel,
  { image, options }: Extract<Runner, { kind: "docker" }>,
  port: number,
  name: string,
): ChildOptions<never> {
  // On Linux the host's network, which an engine without a bridge has too; elsewhere the engine is in a machine of its own.
  const network =
    process.platform === "linux"
      ? [
          "--network=host",
          `--env=${environment.bindToPort}=${port}`,
          `--env=${environment.bindAddress}=127.0.0.1`,
        ]
      : [`--publish=127.0.0.1:${port}:8080`];
  const mount = `--volume=${folder}:/opt/ml/model:ro`;
  return {
    command: ["docker", "run", "--rm", `--name=${name}`, ...network, mount, ...options, image, "serve"],
    stdio: ["ignore", "pipe", "pipe"],
  };
}
