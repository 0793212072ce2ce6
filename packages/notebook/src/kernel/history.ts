/** One input of a session, with its result's text if it had one. */
interface Entry {
  readonly line: number;
  readonly source: string;
  output: string | undefined;
}

/** The kernel's only session: history does not outlive it. */
const session = 0;

/** Inputs since the kernel started, for Jupyter's `history_request`. */
export class History {
  readonly #entries: Entry[] = [];

  /** Takes a cell's source under its number. */
  add(line: number, source: string): void {
    this.#entries.push({ line, source, output: undefined });
  }

  /** Takes the text of the last cell's result. */
  setOutput(line: number, output: string): void {
    const last = this.#entries.at(-1);
    if (last?.line === line) last.output = output;
  }

  /** Answers a request; its fields are the protocol's ("History" in Jupyter's messaging specification). */
  answer(request: Readonly<Record<string, unknown>>): { readonly history: readonly unknown[] } {
    const found = this.#find(request).map(({ line, source, output }) => [
      session,
      line,
      request.output === true ? [source, output ?? null] : source,
    ]);
    return { history: found };
  }

  #find({ hist_access_type, n, start, stop, pattern, unique }: Readonly<Record<string, unknown>>): Entry[] {
    const count = typeof n === "number" ? n : this.#entries.length;
    if (hist_access_type === "range") {
      const from = Number(start ?? 1);
      const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
      return this.#entries.filter(({ line }) => line >= from && line < to);
    }
    if (hist_access_type === "tail") return last(this.#entries, count);
    const matches = glob(String(pattern ?? "*"));
    const found = this.#entries.filter(({ source }) => matches.test(source));
    const seen = new Map(found.map((entry) => [entry.source, entry]));
    return last(unique === true ? [...seen.values()] : found, count);
  }
}

const last = (entries: readonly Entry[], count: number) => (count <= 0 ? [] : entries.slice(-count));

/** `*` stands for any text and `?` for one character, as in shells. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${source}$`);
}
