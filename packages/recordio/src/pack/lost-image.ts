import { ImageError } from "../errors.js";
import type { ListEntry } from "../list/image-list.js";
import type { ItemResult } from "./item.js";
import type { ManifestEntry } from "./manifest.js";
import type { PackEvent, PackNote } from "./pack-options.js";

/** What is told of an image that cannot be packed. */
export function lostEvent(
  entry: ListEntry,
  lost: NonNullable<ManifestEntry["lost"]>,
  action: Exclude<PackNote["action"], "converted">,
): PackEvent {
  const { id, path } = entry;
  return { kind: "problem", note: { id, path, action, problem: lost.problem, reason: lost.message } };
}

/** Images that are kept to be named; the others are counted. */
const MOST_KEPT = 1000;

/** The images that end a run with `onError: "fail"`: it goes on to the list's end, so that all are named at once. */
export class LostImages {
  readonly #errors: ImageError[] = [];
  #count = 0;

  /** Takes one in. */
  add(path: string, result: Extract<ItemResult, { kind: "problem" }>): void {
    this.#count++;
    if (this.#errors.length >= MOST_KEPT) return;
    // The path is said once.
    const start = `${path}: `;
    const reason = result.message.startsWith(start) ? result.message.slice(start.length) : result.message;
    this.#errors.push(new ImageError(path, result.problem, reason));
  }

  /** @throws ImageError that names all of them, when there is one */
  throwIfAny(): void {
    const [first, ...others] = this.#errors;
    if (first !== undefined) throw ImageError.of(first, others, this.#count);
  }
}
