#!/usr/bin/env node
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { defaultHosts } from "./inference/default-hosts.js";
import { MemoryBudget } from "./inference/memory-budget.js";
import { classificationTask } from "./serve/classification-task.js";
import { detectionService } from "./serve/detection-service.js";
import { detectionTask } from "./serve/detection-task.js";
import { startHttpServer } from "./serve/http-server.js";
import { jsonLog } from "./serve/log.js";
import { ModelRegistry } from "./serve/model-registry.js";
import { multiModelApi } from "./serve/multi-model-api.js";
import { startPictures } from "./serve/picture-service.js";
import type { Api, Service } from "./serve/service.js";
import { readSettings, type ServeSettings } from "./serve/settings.js";
import { singleModelApi } from "./serve/single-model-api.js";
import { messageOf, stackOf } from "./shared/errors.js";
import { readManifest } from "./shared/manifest.js";
import type { DetectorManifest } from "./shared/mark-up-options.js";
import { mlPaths } from "./shared/ml-root.js";
import { servedFolder } from "./shared/served-folder.js";

// The program `serve` of the container contract: the model folder in, HTTP out, until SIGTERM.

const log = jsonLog((line) => process.stdout.write(line));

/** Loads a model folder; only what its task needs is loaded. */
async function openModel(
  folder: string,
  settings: ServeSettings,
  memory: MemoryBudget,
  signal?: AbortSignal,
): Promise<Service> {
  const served = await servedFolder(folder, log);
  const manifest = await readManifest(served);
  log(`Loading ${manifest.task} model ${manifest.model}`, { folder: served });
  const startVideos = async (detector: DetectorManifest): Promise<Service> => {
    const { startVideoMarkup } = await import("./serve/video-service.js");
    return await startVideoMarkup(served, detector, settings, log);
  };
  if (manifest.task === "video-markup") return await startVideos(manifest);
  const size = (await stat(join(served, manifest.model))).size;
  // Many models share the cores of a multi-model endpoint.
  const workers = settings.workers ?? (settings.multiModel ? 1 : defaultHosts(size, memory));
  const parts = { settings, memory, workers, log };
  if (manifest.task === "image-classification")
    return await startPictures(served, classificationTask(manifest), parts, signal);
  const videos = await startVideos(manifest);
  return detectionService(await startPictures(served, detectionTask(manifest), parts, signal), videos);
}

async function openApi(settings: ServeSettings, signal: AbortSignal): Promise<Api> {
  const memory = new MemoryBudget(settings.memoryBytes);
  const { root, model } = mlPaths();
  if (!settings.multiModel) return singleModelApi(await openModel(model, settings, memory, signal));
  return multiModelApi(
    new ModelRegistry(join(root, "models"), (folder) => openModel(folder, settings, memory)),
  );
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
  let api: Api | undefined;
  try {
    api = await openApi(settings, stop.signal);
    server.serve(api);
    log("Ready");
    await stopped;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  log("Stopping: finishing requests in work");
  const cut = await server.drain(settings.drainMs);
  await api?.close();
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
