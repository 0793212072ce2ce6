import { extname } from "node:path";

/** Finds the pictures of a folder by the names that annotations give them: paths, URIs or bare file names. */
export class PictureNames {
  /** Pictures by their whole path, and by every end of it behind a slash; undefined where several have it. */
  readonly #byPath = new Map<string, string | undefined>();
  readonly #byEnd = new Map<string, string | undefined>();

  /**
   * @param paths relative to the folder, with `/`
   * @param anyEnding names are without endings
   */
  constructor(paths: readonly string[], anyEnding: boolean) {
    for (const path of paths) {
      const name = anyEnding ? path.slice(0, path.length - extname(path).length) : path;
      const ends = endsOf(name);
      for (const end of ends) this.#byEnd.set(end, this.#byEnd.has(end) ? undefined : path);
      this.#byPath.set(name, this.#byPath.has(name) ? undefined : path);
    }
  }

  /**
   * The picture of a name: the one at this path, else the only one whose path ends like the name, the longest such end.
   *
   * @returns `"ambiguous"` where several pictures are meant as well, undefined where there is none
   */
  find(name: string): { readonly path: string } | "ambiguous" | undefined {
    const ends = endsOf(name.replaceAll("\\", "/").replace(/^[a-z][a-z0-9+.-]*:\/\//i, ""));
    const whole = this.#byPath.get(ends[0] ?? "");
    if (whole !== undefined) return { path: whole };
    const end = ends.find((text) => this.#byEnd.has(text));
    if (end === undefined) return undefined;
    const path = this.#byEnd.get(end);
    return path === undefined ? "ambiguous" : { path };
  }
}

/** The path, and what is behind each of its slashes, longest first. */
function endsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((_, at) => parts.slice(at).join("/"));
}
