import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CliError } from "../errors.js";
import { type Platform, type PlatformLimits, runsOn } from "./platform.js";

/** A licence by its name, or as package.json had it once. */
type LicenceField = string | { readonly type?: string };

/** What we read of a package.json. */
export interface Manifest extends PlatformLimits {
  readonly name: string;
  readonly version: string;
  readonly license?: LicenceField;
  /** As package.json had it before SPDX's names, each of which may be chosen. */
  readonly licenses?: readonly LicenceField[];
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** An installed package and what it needs to run on a platform. */
export interface InstalledPackage {
  readonly manifest: Manifest;
  /** Where it lies, links resolved. */
  readonly folder: string;
  /** By the name under which it asks for them. */
  readonly dependencies: Map<string, InstalledPackage>;
}

/**
 * Gets optional packages of another platform, which are not installed on this one: name and version as package.json has
 * them. Returns the folder whose `node_modules` has those of them that are for the platform.
 */
export type FetchOptional = (wanted: Readonly<Record<string, string>>) => Promise<string>;

/**
 * Finds a package's production dependencies where Node.js would, as they are installed: what was locked and tested here
 * is what goes into the image, whichever package manager put it there.
 *
 * @throws CliError when a dependency of a package of ours is not installed
 */
export async function collectPackages(
  folder: string,
  platform: Platform,
  fetchOptional: FetchOptional,
): Promise<InstalledPackage> {
  const known = new Map<string, Promise<InstalledPackage>>();
  const collect = (at: string): Promise<InstalledPackage> => {
    const found = known.get(at) ?? read(at);
    known.set(at, found);
    return found;
  };
  const pending: (() => Promise<void>)[] = [];
  const read = async (at: string): Promise<InstalledPackage> => {
    const manifest = JSON.parse(await readFile(join(at, "package.json"), "utf8")) as Manifest;
    const collected: InstalledPackage = { manifest, folder: at, dependencies: new Map() };
    // Not awaited here: packages may need each other in a circle.
    pending.push(() => addDependencies(collected));
    return collected;
  };
  const addDependencies = async ({
    manifest,
    folder: from,
    dependencies,
  }: InstalledPackage): Promise<void> => {
    const { optionalDependencies: optional = {} } = manifest;
    const missing: Record<string, string> = {};
    for (const name of Object.keys({ ...manifest.dependencies, ...optional }).sort()) {
      const at = await find(from, name);
      if (at !== undefined) {
        const dependency = await collect(at);
        if (!(name in optional) || runsOn(dependency.manifest, platform)) dependencies.set(name, dependency);
      } else if (name in optional) missing[name] = optional[name]!;
      else if (manifest.name.startsWith("@sightline/")) {
        throw new CliError(
          `${manifest.name} needs ${name}, which is not installed where Node.js would look for it from ${from}. Install the dependencies again.`,
        );
      }
      // What others need may be left out on purpose, by a package manager's overrides.
    }
    if (Object.keys(missing).length === 0) return;
    const fetched = await fetchOptional(missing);
    for (const name of Object.keys(missing)) {
      const at = await find(fetched, name);
      if (at !== undefined) dependencies.set(name, await collect(at));
    }
  };
  const first = await collect(await realpath(folder));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) await next();
  return first;
}

/** The folder that `name` means inside of a package. */
async function find(from: string, name: string): Promise<string | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpath(candidate);
    if (dirname(at) === at) return undefined;
  }
}
