/** Column, row and stride of every cell of several grids, in row order, the finest grid first. */
export interface GridPositions {
  readonly column: Uint16Array;
  readonly row: Uint16Array;
  readonly stride: Uint16Array;
}

const cache = new Map<string, GridPositions>();

/** Most grids kept: one a model is the rule; more would be a leak in a process that sees many sizes. */
const MAX_CACHED = 16;

/** Positions of the cells of an input's grids; computed once for each size. */
export function gridPositions(width: number, height: number, strides: readonly number[]): GridPositions {
  const key = `${width}x${height}/${strides.join("/")}`;
  const cached = cache.get(key);
  if (cached) return cached;
  const columns: number[] = [];
  const rows: number[] = [];
  const steps: number[] = [];
  for (const stride of strides) {
    for (let row = 0; row < Math.ceil(height / stride); row++) {
      for (let column = 0; column < Math.ceil(width / stride); column++) {
        columns.push(column);
        rows.push(row);
        steps.push(stride);
      }
    }
  }
  const positions = {
    column: Uint16Array.from(columns),
    row: Uint16Array.from(rows),
    stride: Uint16Array.from(steps),
  };
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string);
  cache.set(key, positions);
  return positions;
}
