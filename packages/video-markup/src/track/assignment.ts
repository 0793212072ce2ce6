/** Pairs of row and column, and what is left on each side. */
export interface Assignment {
  readonly pairs: readonly (readonly [row: number, column: number])[];
  readonly freeRows: readonly number[];
  readonly freeColumns: readonly number[];
}

/**
 * The pairing of rows and columns with the least total cost (Hungarian method with shortest augmenting
 * paths), pairs that cost more than `limit` being no better than no pair.
 *
 * @param cost `rows * columns` costs in row order.
 */
export function assign(cost: ArrayLike<number>, rows: number, columns: number, limit: number): Assignment {
  const pairs: [number, number][] = [];
  if (rows > 0 && columns > 0) {
    // Costs over the limit are all alike, so that they do not pull a good pair apart.
    const capped = (row: number, column: number) => {
      const value = cost[row * columns + column]!;
      return value > limit ? limit + 1e-4 : value;
    };
    const byRow = rows <= columns;
    const matched = byRow
      ? matchRows(rows, columns, capped)
      : matchRows(columns, rows, (row, column) => capped(column, row));
    for (const [small, large] of matched.entries()) {
      const [row, column] = byRow ? [small, large] : [large, small];
      if (cost[row * columns + column]! <= limit) pairs.push([row, column]);
    }
    pairs.sort(([a], [b]) => a - b);
  }
  const usedRows = new Set(pairs.map(([row]) => row));
  const usedColumns = new Set(pairs.map(([, column]) => column));
  const free = (count: number, used: ReadonlySet<number>) =>
    Array.from({ length: count }, (_, index) => index).filter((index) => !used.has(index));
  return { pairs, freeRows: free(rows, usedRows), freeColumns: free(columns, usedColumns) };
}

/** For each of `rows` (not more than `columns`) its column. Potentials `u`, `v`; index 0 is a dummy. */
function matchRows(rows: number, columns: number, cost: (row: number, column: number) => number): number[] {
  const u = new Float64Array(rows + 1);
  const v = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const seen = new Uint8Array(columns + 1);
    const from = new Int32Array(columns + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      seen[column] = 1;
      const current = rowOf[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= columns; j++) {
        if (seen[j]) continue;
        const reduced = cost(current - 1, j - 1) - u[current]! - v[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          from[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (seen[j]) {
          u[rowOf[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      const before = from[column]!;
      rowOf[column] = rowOf[before]!;
      column = before;
    }
  }
  const columnOf = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (rowOf[j]! > 0) columnOf[rowOf[j]! - 1] = j - 1;
  return columnOf;
}
