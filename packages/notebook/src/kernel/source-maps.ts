import { SourceMap, type SourceMapPayload } from "node:module";

/** Position in a cell's source, both from 1. */
export interface CellPosition {
  readonly line: number;
  readonly column: number;
}

/** tslab compiles a cell behind one line of its own, `export {};`. */
const prefixLines = 1;

interface CellMaps {
  readonly moduleMap: string;
  readonly scriptMap: string;
  /** Lines of compiled code; tslab's call of it stands on the line behind. */
  readonly lines: number;
  parsed?: readonly [SourceMap, SourceMap];
}

/**
 * Maps positions in executed code back to cells. tslab compiles twice, TypeScript to an ES module and that to
 * a CommonJS script, so a position goes through two maps. Maps are kept as text and parsed when an error asks.
 */
export class CellSourceMaps {
  readonly #cells = new Map<number, CellMaps>();

  /** Remembers the two maps (JSON text) of the cell with this execution count. */
  add(count: number, moduleMap: string, scriptMap: string, lines: number): void {
    this.#cells.set(count, { moduleMap, scriptMap, lines });
  }

  /** Position in the cell's source of a position (from 1) in its script; undefined when code was generated. */
  find(count: number, line: number, column: number): CellPosition | undefined {
    const cell = this.#cells.get(count);
    if (cell === undefined || line > cell.lines) return undefined;
    cell.parsed ??= [parse(cell.scriptMap), parse(cell.moduleMap)];
    const [script, module] = cell.parsed;
    const inModule = script.findEntry(line - 1, column - 1);
    if (!("originalLine" in inModule)) return undefined;
    const inCell = module.findEntry(inModule.originalLine, inModule.originalColumn);
    if (!("originalLine" in inCell)) return undefined;
    return { line: inCell.originalLine + 1 - prefixLines, column: inCell.originalColumn + 1 };
  }

  /** Replaces each `Cell[3]:7:9` of a stack line by `cell [3], line 5, column 3`. */
  translate(stackLine: string): string {
    // Functions of earlier cells are called as members of tslab's exports, a proxy.
    return stackLine
      .replace(/^(async )?Proxy\./, "$1")
      .replace(/Cell\[(\d+)\]:(\d+):(\d+)/g, (match, count, line, column) => {
        const at = this.find(Number(count), Number(line), Number(column));
        return at === undefined ? match : `cell [${count}], line ${at.line}, column ${at.column}`;
      });
  }
}

/** The file name under which a cell's script runs. */
export const cellFilename = (count: number) => `Cell[${count}]`;

function parse(json: string): SourceMap {
  return new SourceMap(JSON.parse(json) as SourceMapPayload);
}
