#!/usr/bin/env node
import { startClassification } from "./serve/classify-service.js";
import { startHttpServer } from "./serve/http-server.js";
import type { Service } from "./serve/service.js";
import { readSettings, type ServeSettings } from "./serve/settings.js";
import { messageOf, stackOf } from "./shared/errors.js";
import { readManifest } from "./shared/manifest.js";
import { mlPaths } from "./shared/ml-root.js";

// The program `serve` of the container contract: the model folder in, HTTP out, until SIGTERM.

function log(message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${message}\n`);
}

async function openService(settings: ServeSettings, signal: AbortSignal): Promise<Service> {
  const folder = mlPaths().model;
  const manifest = await readManifest(folder);
  log(`Loading ${manifest.task} model ${manifest.model}`);
  if (manifest.task === "image-classification") {
    return await startClassification(folder, manifest, settings, log, signal);
  }
  // Only what the model's task needs is loaded.
  const { startVideoMarkup } = await import("./serve/video-service.js");
  return await startVideoMarkup(folder, manifest, settings, log);
}

async function main(): Promise<void> {
  const settings = readSettings();
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        stop.abort(new Error(`stopped by ${signal}`));
        resolve();
      });
    }
  });
  const server = await startHttpServer(settings.port, settings.address, log);
  log(`Listening on port ${server.port}`);
  let service: Service | undefined;
  try {
    service = await openService(settings, stop.signal);
    server.serve(service);
    log("Ready");
    await stopped;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  log("Stopping: finishing requests in work");
  const cut = await server.drain(settings.drainMs);
  await service?.close();
  log(cut === 0 ? "Stopped" : `Stopped; ${cut} requests were cut short`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  // The first line says what to mend; a stack only where it is our own fault.
  process.stderr.write(`serve: ${messageOf(error)}\n${stackOf(error)}`);
  process.exit(1);
}
