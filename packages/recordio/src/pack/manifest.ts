import { open } from "node:fs/promises";
import type { ImageProblem } from "../errors.js";
import type { LineBuffer } from "./line-buffer.js";

/** What became of one image of the list; one line of the manifest. */
export interface ManifestEntry {
  readonly id: number;
  readonly labels: readonly number[];
  readonly path: string;
  /** How the file is recognised again; see `KnownFile`. */
  readonly stat: string;
  readonly hash: string;
  /** Where its record starts in the `.rec`, in bytes; where it would have started when it was skipped. */
  readonly byteOffset: number;
  /** Length of its framed record in bytes; 0 when it was skipped. */
  readonly length: number;
  readonly notes: readonly string[];
  /** Why it was skipped or replaced. */
  readonly lost?: { readonly problem: ImageProblem; readonly message: string } | undefined;
}

/** Raised when the meaning of a manifest, or of the images it describes, changes. */
const MANIFEST_VERSION = 1;

/** The manifest's first line. */
export function manifestHeader(fingerprint: string): string {
  return `${JSON.stringify({ recordioManifest: MANIFEST_VERSION, fingerprint })}\n`;
}

/** Adds the line of an entry. */
export function writeManifestLine(lines: LineBuffer, entry: ManifestEntry): void {
  const { id, labels, path, stat, hash, byteOffset, length, notes, lost } = entry;
  const isUsual =
    labels.length === 1 && Number.isFinite(labels[0]) && notes.length === 0 && lost === undefined;
  if (!isUsual || !PLAIN.test(path)) {
    // JSON has no NaN and no Infinity: such labels stand as text.
    const numbers = labels.map((label) => (Number.isFinite(label) ? label : String(label)));
    lines.text(
      `${JSON.stringify([id, numbers, path, stat, hash, byteOffset, length, notes, lost ?? null])}\n`,
    );
    return;
  }
  // Piece by piece: JSON.stringify of an array takes several times as long.
  lines.text("[");
  lines.number(id);
  lines.text(",[");
  lines.number(labels[0]!);
  lines.text('],"');
  lines.text(path);
  lines.text('","');
  lines.text(stat);
  lines.text('","');
  lines.text(hash);
  lines.text('",');
  lines.number(byteOffset);
  lines.text(",");
  lines.number(length);
  lines.text(",[],null]\n");
}

/** What stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Parses a line that {@link writeManifestLine} wrote. */
export function parseManifestLine(line: string): ManifestEntry {
  const [id, labels, path, stat, hash, byteOffset, length, notes, lost] = JSON.parse(line) as [
    number,
    (number | string)[],
    string,
    string,
    string,
    number,
    number,
    string[],
    ManifestEntry["lost"] | null,
  ];
  return {
    id,
    labels: labels.map(Number),
    path,
    stat,
    hash,
    byteOffset,
    length,
    notes,
    ...(lost && { lost }),
  };
}

/**
 * The lines of a manifest with this fingerprint.
 *
 * @returns undefined when there is no manifest, a damaged one, or one of other options or versions. A last line that a killed run
 *   left unfinished is left out.
 */
export async function readManifest(path: string, fingerprint: string): Promise<string[] | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const text = await file.readFile("utf8");
    const end = text.lastIndexOf("\n");
    const lines = text.slice(0, Math.max(0, end)).split("\n");
    if (`${lines[0]}\n` !== manifestHeader(fingerprint)) return undefined;
    const entries = lines.slice(1);
    // What is not what this package wrote is worth as much as no manifest.
    return entries.every((line) => line.startsWith("[") && line.endsWith("]")) ? entries : undefined;
  } finally {
    await file.close();
  }
}
