import { mkdir, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ModelManifest, readManifest } from "@sightline/contract/manifest";
import { unpackArchive } from "@sightline/foundation/unpack-archive";
import { CliError } from "../errors.js";
import { layOutBareModel } from "./bare-model.js";

/** A model laid out as SageMaker does it. */
export interface OpenedModel {
  /** Folder that stands for `/opt/ml`. */
  readonly root: string;
  /** The folder with manifest.json, links resolved: what is mounted at `/opt/ml/model`. */
  readonly folder: string;
  readonly manifest: ModelManifest;
  /** Of a bare ONNX file: what of the manifest was guessed, and from what. */
  readonly guesses: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a folder with manifest.json, a model.tar.gz, or an ONNX file, for which a manifest is made up.
 *
 * @throws CliError when it is none of these, or its manifest is wrong
 */
export async function openModel(path: string): Promise<OpenedModel> {
  const found = await stat(path).catch((cause: Error) => {
    throw new CliError(`There is no model at ${path}: ${cause.message}`, { cause });
  });
  const root = await mkdtemp(join(tmpdir(), "sightline-try-"));
  const close = () => rm(root, { recursive: true, force: true });
  try {
    const { folder, guesses = [] } = await layOut(path, found.isDirectory(), root);
    return { root, folder, guesses, manifest: await manifestOf(folder, path), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function layOut(
  path: string,
  isFolder: boolean,
  root: string,
): Promise<{ readonly folder: string; readonly guesses?: readonly string[] }> {
  const at = join(root, "model");
  if (isFolder) {
    await symlink(resolve(path), at);
    return { folder: resolve(path) };
  }
  await mkdir(at);
  if (path.endsWith(".onnx")) return { folder: at, guesses: await layOutBareModel(path, at) };
  await unpackArchive(path, at).catch((cause: Error) => {
    throw new CliError(`${path} is no model.tar.gz: ${cause.message}`, { cause });
  });
  return { folder: at };
}

async function manifestOf(folder: string, path: string): Promise<ModelManifest> {
  const text = await readFile(join(folder, "manifest.json"), "utf8").catch((cause: Error) => {
    throw new CliError(
      `${path} has no manifest.json at its root, which tells what the model does. For a bare ONNX file one is proposed: sightline image try MODEL.onnx`,
      { cause },
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${path}: manifest.json is no JSON: ${(cause as Error).message}`, { cause });
  }
  return readManifest(value, ({ message }) => {
    throw new CliError(`${path}: ${message}`);
  });
}
