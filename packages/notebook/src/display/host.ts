import { randomUUID } from "node:crypto";

/** A MIME bundle: the same thing in several forms; the front end takes the richest that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Where Sightline's kernel leaves its display function for helpers, whichever copy of this package they are in. */
export const displayKey = Symbol.for("sightline.notebook.display");

type Write = (
  message: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  update?: boolean,
) => void;

/** A display in a cell that can be shown again in place. */
export interface LiveDisplay {
  /** Replaces what is shown. */
  update(bundle: MimeBundle): void;
}

/**
 * Shows a MIME bundle under the running cell. Every bundle should have `text/plain`: it is what a headless
 * run prints in its log, and what is printed when there is no kernel at all.
 */
export function show(bundle: MimeBundle): void {
  write(bundle, undefined, false);
}

/** Shows a MIME bundle that later calls of `update` replace, also from later cells. */
export function showLive(bundle: MimeBundle): LiveDisplay {
  const id = randomUUID();
  write(bundle, id, false);
  return { update: (next) => write(next, id, true) };
}

function write(data: MimeBundle, displayId: string | undefined, update: boolean): void {
  const host = findHost();
  if (host !== undefined) {
    host({ data, metadata: {}, transient: displayId === undefined ? {} : { display_id: displayId } }, update);
  } else if (typeof data["text/plain"] === "string") {
    process.stdout.write(`${data["text/plain"]}\n`);
  }
}

/** Sightline's kernel, else the stock tslab kernel that this process runs. */
function findHost(): Write | undefined {
  const own = (globalThis as Record<symbol, unknown>)[displayKey];
  if (typeof own === "function") return own as Write;
  const { mainModule } = process as { mainModule?: NodeJS.Module };
  const stock =
    mainModule === undefined ? undefined : findModule(mainModule, /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/);
  return (stock?.exports as { lastWriteDisplayData?: Write } | undefined)?.lastWriteDisplayData;
}

function findModule(
  from: NodeJS.Module,
  name: RegExp,
  seen = new Set<NodeJS.Module>(),
): NodeJS.Module | undefined {
  if (name.test(from.filename ?? "")) return from;
  seen.add(from);
  for (const child of from.children) {
    if (seen.has(child)) continue;
    const found = findModule(child, name, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
