import { extname } from "node:path";
import type { AnnotatedImage } from "./annotation.js";

/** Finds the pictures of a folder by the names that annotations give them: paths, URIs or bare file names. */
export class FolderPictures {
  readonly #paths: ReadonlySet<string>;
  readonly #names: PictureNames;
  readonly #stems: PictureNames;

  /**
   * @param paths relative to the folder, with `/`
   * @param anyEnding annotations name pictures without their endings
   */
  constructor(paths: readonly string[], anyEnding: boolean) {
    this.#paths = new Set(paths);
    this.#stems = new PictureNames(paths, true);
    this.#names = anyEnding ? this.#stems : new PictureNames(paths, false);
  }

  /**
   * The path of an annotation's picture: the one at the path that it names, else the only one whose path ends like the name,
   * the longest such end; where there is none, the same by its other name.
   *
   * @returns `"ambiguous"` where several pictures are meant as well, undefined where there is none
   */
  find({ name, otherName }: AnnotatedImage): string | "ambiguous" | undefined {
    return this.#names.find(name) ?? (otherName === undefined ? undefined : this.#stems.find(otherName));
  }

  /** How many pictures are not among these. */
  countOthers(paths: readonly (string | undefined)[]): number {
    return (
      this.#paths.size - new Set(paths.filter((path) => path !== undefined && this.#paths.has(path))).size
    );
  }
}

class PictureNames {
  /** Pictures by their whole path, and by every end of it behind a slash; undefined where several have it. */
  readonly #byPath = new Map<string, string | undefined>();
  readonly #byEnd = new Map<string, string | undefined>();

  constructor(paths: readonly string[], withoutEnding: boolean) {
    for (const path of paths) {
      const name = withoutEnding ? path.slice(0, path.length - extname(path).length) : path;
      for (const end of endsOf(name)) this.#byEnd.set(end, this.#byEnd.has(end) ? undefined : path);
      this.#byPath.set(name, this.#byPath.has(name) ? undefined : path);
    }
  }

  find(name: string): string | "ambiguous" | undefined {
    const ends = endsOf(name.replaceAll("\\", "/").replace(/^[a-z][a-z0-9+.-]*:\/\//i, ""));
    const whole = this.#byPath.get(ends[0] ?? "");
    if (whole !== undefined) return whole;
    const end = ends.find((text) => this.#byEnd.has(text));
    return end === undefined ? undefined : (this.#byEnd.get(end) ?? "ambiguous");
  }
}

/** The path, and what is behind each of its slashes, longest first. */
function endsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((_, at) => parts.slice(at).join("/"));
}
