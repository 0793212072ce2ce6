import type { LanguageHost } from "./language-host.js";

/** Name of the hub's file, without its ending. */
const hubName = "__cells__";
/** How many cells the hub has room for at first; whenever it is full, it gets room for as many more. */
const firstRoom = 32;

const cellName = (index: number): string => `__cell_${index}__`;

/** Whether a file's name, without its ending, is that of a cell or of the hub. */
export const isCellName = (name: string): boolean => /^__cell(s|_\d+)?__$/.test(name);

/** TypeScript that imports earlier cells, each under its file's name. */
export const importOfCells = (names: readonly string[]): string =>
  `import { ${names.join(", ")} } from "./${hubName}";`;

/**
 * The cells that later ones see. Each imports one file, which has them all, also those to come: what the files of a
 * program import then stays equal from cell to cell. Where it changes, TypeScript collects all files anew, which takes
 * longer than all else.
 */
export class CellHub {
  readonly #host: LanguageHost;
  readonly #extension: string;
  #kept = 0;
  #room = 0;

  /** @param extension ending of the files of most cells. */
  constructor(host: LanguageHost, extension: string) {
    this.#host = host;
    this.#extension = extension;
    this.#grow(firstRoom);
  }

  /** Keeps a cell's text, and returns the name of its file. */
  keep(extension: string, text: string): string {
    if (this.#kept === this.#room) this.#grow(2 * this.#room);
    const name = cellName(++this.#kept);
    this.#host.writeCell(name, extension, text);
    return name;
  }

  #grow(room: number): void {
    const names = Array.from({ length: room }, (_, at) => cellName(at + 1));
    for (const name of names.slice(this.#room))
      this.#host.writeCell(name, this.#extension, `${importOfCells([])} export {};`);
    const exports = names.map((name) => `export * as ${name} from "./${name}";`);
    this.#host.writeCell(hubName, ".ts", exports.join("\n"));
    this.#room = room;
  }
}
