import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create, extract } from "tar";
import { CliError } from "../errors.js";
import { docker } from "./docker.js";

/** What `docker save` tells of each image: https://github.com/moby/docker-image-spec/blob/main/v1.2.md. */
interface SavedImage {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** What an image's configuration says of how it was built, besides what it is. */
interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly rootfs: unknown;
  readonly history?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Takes out of an image when and by what it was built, so that equal layers are an image with an equal digest. Builders
 * that can do so themselves (BuildKit 0.13 with an exporter's `rewrite-timestamp`) are not in every engine; this works
 * with each, by `docker save` and `docker load`.
 *
 * @returns the id of the image that has the tag now
 */
export async function sealImage(
  tag: string,
  sourceDate: number,
  scratch: string,
  signal: AbortSignal,
): Promise<string> {
  const before = await docker(["image", "inspect", "--format", "{{.Id}}", tag], { signal });
  const folder = join(scratch, "saved");
  const archive = join(scratch, "image.tar");
  await mkdir(folder);
  await docker(["save", "--output", archive, tag], { signal });
  await extract({ file: archive, cwd: folder });
  await rm(archive);
  const [saved] = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as SavedImage[];
  if (saved === undefined) throw new CliError(`docker save wrote no image for ${tag}.`);
  const built = JSON.parse(await readFile(join(folder, saved.Config), "utf8")) as ImageConfig;
  const config = JSON.stringify(sealedConfig(built, sourceDate));
  const name = `${createHash("sha256").update(config).digest("hex")}.json`;
  await writeFile(join(folder, name), config);
  await writeFile(
    join(folder, "manifest.json"),
    JSON.stringify([{ ...saved, Config: name, RepoTags: [tag] }]),
  );
  await create({ file: archive, cwd: folder, portable: true }, ["manifest.json", name, ...saved.Layers]);
  await docker(["load", "--input", archive], { signal });
  await rm(archive);
  await rm(folder, { recursive: true });
  const after = await docker(["image", "inspect", "--format", "{{.Id}}", tag], { signal });
  // The same layers under two names would be listed twice.
  if (after !== before) await docker(["image", "rm", before], { signal }).catch(() => undefined);
  return after;
}

/** The configuration with one time and without the builder's own notes; the base's history keeps its times. */
export function sealedConfig(built: ImageConfig, sourceDate: number): object {
  const { architecture, os, variant, config, rootfs, history = [] } = built;
  const { Image: _parent, Hostname: _container, Domainname: _domain, ...run } = config;
  const created = new Date(sourceDate * 1000).toISOString().replace(".000Z", "Z");
  const own = history.findLastIndex((step) =>
    /^(\/bin\/sh -c #\(nop\)\s+)?COPY /.test(String(step.created_by)),
  );
  return {
    created,
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: run,
    rootfs,
    history: history.map((step, i) => (i >= own ? { ...step, created } : step)),
  };
}
