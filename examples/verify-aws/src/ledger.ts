import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { namedError } from "@sightline/foundation/named-error";

/** A ledger that cannot be read, or one that is there already. */
export class LedgerError extends namedError("LedgerError", Error) {}

/** Where and as what things are made. The session's id is a tag on all of them. */
export interface LedgerHead {
  readonly kind: "head";
  readonly sessionId: string;
  readonly region: string;
  readonly account: string;
  readonly bucket: string;
}

/** Something that is about to be made. */
export type LedgerEntry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "objects"; readonly uri: string }
  | { readonly kind: "training-job"; readonly name: string }
  | { readonly kind: "endpoint"; readonly name: string };

/** What may exist, on disk before it does: a run that is killed at any moment leaves nothing that is not in here. */
export interface Ledger {
  readonly head: LedgerHead;
  readonly entries: readonly LedgerEntry[];
  /** Writes down what is made next; it is on the disk when this returns. */
  add(entry: LedgerEntry): void;
  /** Nothing is left: the file goes. */
  close(): void;
}

/** Begins a ledger. @throws LedgerError when a former run's is there: that has to be cleaned up first */
export function beginLedger(path: string, head: LedgerHead): Ledger {
  if (existsSync(path)) {
    throw new LedgerError(`${path} is there: a former run was not cleaned up. Run verify-aws --clean first.`);
  }
  mkdirSync(dirname(path), { recursive: true });
  append(path, head);
  return ledgerOf(path, head, []);
}

/** Opens what a former run left; undefined when it left nothing. @throws LedgerError when it cannot be read */
export function openLedger(path: string): Ledger | undefined {
  if (!existsSync(path)) return undefined;
  // A line that was cut by a kill stands for something that was not made: it is made after the line is whole.
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  let head: LedgerHead | undefined;
  const entries: LedgerEntry[] = [];
  for (const line of lines) {
    const entry = parse(path, line);
    if (entry.kind === "head") head = entry;
    else entries.push(entry);
  }
  if (head === undefined) {
    // Killed within the first line: nothing was made.
    rmSync(path);
    return undefined;
  }
  return ledgerOf(path, head, entries);
}

function parse(path: string, line: string): LedgerHead | LedgerEntry {
  try {
    return JSON.parse(line) as LedgerHead | LedgerEntry;
  } catch (cause) {
    throw new LedgerError(`${path} has a line that is no JSON: ${line.slice(0, 80)}`, { cause });
  }
}

function ledgerOf(path: string, head: LedgerHead, entries: LedgerEntry[]): Ledger {
  return {
    head,
    entries,
    add(entry) {
      append(path, entry);
      entries.push(entry);
    },
    close: () => rmSync(path, { force: true }),
  };
}

function append(path: string, entry: LedgerHead | LedgerEntry): void {
  const file = openSync(path, "a", 0o600);
  try {
    writeSync(file, `${JSON.stringify(entry)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
