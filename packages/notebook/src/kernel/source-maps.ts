import { SourceMap, type SourceMapPayload } from "node:module";

/** Position in a source, both from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Maps positions in executed code back to cells and to files beside the notebook. Maps are parsed when an error asks. */
export class SourceMaps {
  readonly #maps = new Map<string, string | SourceMap>();

  /** Remembers the map (JSON text) of a script. */
  add(file: string, map: string): void {
    this.#maps.set(file, map);
  }

  /** Position in the source of a position in its script, both from 1; undefined when code was generated. */
  find(file: string, line: number, column: number): SourcePosition | undefined {
    let map = this.#maps.get(file);
    if (map === undefined) return undefined;
    if (typeof map === "string") {
      map = new SourceMap(JSON.parse(map) as SourceMapPayload);
      this.#maps.set(file, map);
    }
    const entry = map.findEntry(line - 1, column - 1);
    if (!("originalLine" in entry)) return undefined;
    return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** Names cells and their own lines in a stack line, `Cell[3]:7:9` as `cell [3], line 5, column 3`, and files' own lines. */
  translate(stackLine: string): string {
    return stackLine.replace(/([^\s()]+):(\d+):(\d+)/, (match, file: string, line, column) => {
      const at = this.find(file, Number(line), Number(column));
      if (at === undefined) return match;
      const count = file.match(/^Cell\[(\d+)\]$/)?.[1];
      if (count === undefined) return `${file}:${at.line}:${at.column}`;
      return `cell [${count}], line ${at.line}, column ${at.column}`;
    });
  }
}

/** The file name under which a cell's script runs. */
export const cellFilename = (count: number) => `Cell[${count}]`;
