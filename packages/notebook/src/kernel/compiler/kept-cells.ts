import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { temporaryName } from "@sightline/foundation/temporary-name";
import { cacheFolder } from "./cache-folder.js";
import type { CellLanguage } from "./compiler-options.js";
import { fileVersion } from "./file-version.js";

/** A cell that was checked, as JavaScript. */
export interface CheckedCell {
  /** A script for V8's REPL mode. */
  readonly code: string;
  /** Source map of the script, JSON. */
  readonly map: string;
}

/** What a check rests on. */
export interface Reads {
  /** Files by path, each with its state as `fileVersion` gives it. */
  readonly files: ReadonlyMap<string, string>;
  /** Where packages were found, and where those paths led: the real paths. */
  readonly links: ReadonlyMap<string, string>;
}

interface Entry extends CheckedCell {
  /** What the cells before it did not rest on. */
  readonly files: readonly (readonly [path: string, version: string])[];
  readonly links: readonly (readonly [path: string, realPath: string])[];
}

/** Most cells of a notebook's folder, and most folders: an edited cell is a new one, and so are all behind it. */
const MOST_CELLS = 400;
const MOST_FOLDERS = 40;

/**
 * The cells that an earlier kernel has checked, so that a notebook that runs again needs no compiler. A cell is taken
 * when all before it were, its text is the same, and so is every file that it was checked with.
 */
export class KeptCells {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  /** What came before, and what it was checked with. */
  #state = "";
  #ended = false;

  /**
   * @param folder the notebook's
   * @param parts files that the result depends on beside those that a check reads: the compiler's own
   * @param cache where kept cells lie. Default: the user's folder for caches
   */
  constructor(
    folder: string,
    language: CellLanguage,
    parts: readonly string[],
    cache = join(cacheFolder(), "cells"),
  ) {
    const packages = packageFolders(folder);
    const states = [...parts, ...packages].map((path) => [path, fileVersion(path)]);
    this.#folder = join(cache, digest([process.version, language, folder, states]));
  }

  /** Whether any cell of a notebook in this folder is kept. */
  get any(): boolean {
    return existsSync(this.#folder);
  }

  /** The next cell, when it is kept. */
  find(source: string): CheckedCell | undefined {
    if (this.#ended) return undefined;
    const path = this.#path(source);
    const entry = readEntry(path);
    if (entry === undefined || !isAsItWas(entry)) return undefined;
    keepLonger(path);
    this.#advance(source, entry);
    return { code: entry.code, map: entry.map };
  }

  /** Keeps the next cell. Where nothing can be written, nothing is kept; nobody is to be told. */
  add(source: string, { code, map }: CheckedCell, reads: Reads): void {
    if (this.#ended) return;
    const fresh = <Value>(all: ReadonlyMap<string, Value>) =>
      [...all].filter(([path]) => !this.#seen.has(path));
    const entry: Entry = { code, map, files: fresh(reads.files), links: fresh(reads.links) };
    const path = this.#path(source);
    this.#advance(source, entry);
    try {
      if (!this.any) makeRoom(dirname(this.#folder), MOST_FOLDERS - 1);
      mkdirSync(this.#folder, { recursive: true });
      makeRoom(this.#folder, MOST_CELLS - 1);
      const temporary = temporaryName(path);
      writeFileSync(temporary, JSON.stringify(entry));
      renameSync(temporary, path);
    } catch {
      this.#ended = true;
    }
  }

  /** From here on cells rest on what is not known of: they are neither found nor kept. */
  end(): void {
    this.#ended = true;
  }

  #path(source: string): string {
    return join(this.#folder, `${digest([this.#state, source])}.json`);
  }

  /** Two cells of the same text are not the same behind others that were checked with other files. */
  #advance(source: string, { files, links }: Entry): void {
    this.#state = digest([this.#state, source, files, links]);
    for (const [path] of [...files, ...links]) this.#seen.add(path);
  }
}

/** The folders that packages lie in, from a notebook's own up: one that is installed or removed changes its folder. */
function packageFolders(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const packages = join(at, "node_modules");
    found.push(packages);
    const scopes = namesIn(packages).filter((name) => name.startsWith("@"));
    found.push(...scopes.map((name) => join(packages, name)));
    if (dirname(at) === at) return found;
  }
}

/** None where there is no such folder, or none to be looked into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readEntry(path: string): Entry | undefined {
  try {
    const entry = JSON.parse(readFileSync(path, "utf8")) as Entry;
    return Array.isArray(entry.files) && Array.isArray(entry.links) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** What was used last stays longest, where that can be written down. */
function keepLonger(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    utimesSync(dirname(path), now, now);
  } catch {
    // A cache that is only to be read serves as well.
  }
}

function isAsItWas({ files, links }: Entry): boolean {
  return (
    files.every(([path, version]) => fileVersion(path) === version) &&
    links.every(([path, realPath]) => realPathOf(path) === realPath)
  );
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Removes what was used least lately, so that at most so many are left. */
function makeRoom(folder: string, most: number): void {
  const names = namesIn(folder);
  if (names.length <= most) return;
  // Another kernel may remove the same at the same time.
  const timeOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const used = names.map((name) => ({ name, at: timeOf(name) }));
  used.sort((one, other) => one.at - other.at);
  for (const { name } of used.slice(0, names.length - most))
    rmSync(join(folder, name), { recursive: true, force: true });
}

const digest = (parts: unknown) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
