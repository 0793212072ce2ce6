/**
 * Exact-area antialiasing of filled outlines: every edge adds its signed area to the cells it crosses, and a
 * running sum along each row is the share of the cell that lies inside (the method of font-rs and FreeType's
 * smooth rasteriser; non-zero winding for outlines whose contours turn the right way).
 */
export interface CoverageBuffer {
  readonly width: number;
  readonly height: number;
  /** Signed areas, `width + 2` to a row: an edge on the right border spills past it. */
  readonly cells: Float32Array;
}

/** An empty buffer of `width` x `height` cells. */
export function coverageBuffer(width: number, height: number): CoverageBuffer {
  return { width, height, cells: new Float32Array((width + 2) * height) };
}

/** Adds one straight edge; points in cells, y down; parts above or below the buffer are cut off. */
export function addEdge(buffer: CoverageBuffer, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const firstRow = Math.max(0, Math.floor(topY));
  const lastRow = Math.min(buffer.height, Math.ceil(bottomY));
  for (let row = firstRow; row < lastRow; row++) {
    const from = Math.max(topY, row);
    const to = Math.min(bottomY, row + 1);
    const xa = topX + (from - topY) * slope;
    const xb = topX + (to - topY) * slope;
    addRowEdge(buffer, row, Math.min(xa, xb), Math.max(xa, xb), (to - from) * direction);
  }
}

/** One edge within one row: from `left` to `right`, covering `area` of the row's height. */
function addRowEdge(buffer: CoverageBuffer, row: number, left: number, right: number, area: number): void {
  const { cells, width } = buffer;
  const base = row * (width + 2);
  const x0 = Math.min(width, Math.max(0, left));
  const x1 = Math.min(width, Math.max(0, right));
  const first = Math.floor(x0);
  const end = Math.ceil(x1);
  if (end <= first + 1) {
    const middle = (x0 + x1) / 2 - first;
    cells[base + first]! += area * (1 - middle);
    cells[base + first + 1]! += area * middle;
    return;
  }
  const perCell = area / (x1 - x0);
  const headWidth = first + 1 - x0;
  const head = (perCell * headWidth * headWidth) / 2;
  cells[base + first]! += head;
  let before = head;
  for (let x = first + 1; x < end - 1; x++) {
    const inside = perCell * (x + 0.5 - x0);
    cells[base + x]! += inside - before;
    before = inside;
  }
  const tailWidth = x1 - (end - 1);
  const inside = area - (perCell * tailWidth * tailWidth) / 2;
  cells[base + end - 1]! += inside - before;
  cells[base + end]! += area - inside;
}

/** Coverage from which a cell counts as whole: areas are summed in single precision. */
const WHOLE = 0.998;

/**
 * Visits a row's covered cells from the left: each partly covered one by itself, with its share from 0 to 1, and each
 * run of whole ones as one span, with the share 1.
 *
 * @param visit Told the first column, one past the last, and the share.
 */
export function eachCovered(
  { cells, width }: CoverageBuffer,
  row: number,
  visit: (column: number, end: number, share: number) => void,
): void {
  const base = row * (width + 2);
  let sum = 0;
  let wholeFrom = -1;
  for (let column = 0; column < width; column++) {
    const area = cells[base + column]!;
    // Between edges nothing changes, and most cells are between edges.
    if (area === 0 && (wholeFrom >= 0 || sum === 0)) continue;
    sum += area;
    const share = Math.abs(sum);
    if (share >= WHOLE) {
      if (wholeFrom < 0) wholeFrom = column;
      continue;
    }
    if (wholeFrom >= 0) visit(wholeFrom, column, 1);
    wholeFrom = -1;
    // What rounding leaves behind an edge is nothing.
    if (share <= 1 - WHOLE) sum = 0;
    else visit(column, column + 1, share);
  }
  if (wholeFrom >= 0) visit(wholeFrom, width, 1);
}

/** The finished coverage: one byte a cell, 0 outside to 255 inside. */
export function coverageBytes(buffer: CoverageBuffer): Uint8Array {
  const out = new Uint8Array(buffer.width * buffer.height);
  for (let row = 0; row < buffer.height; row++) {
    let sum = 0;
    const from = row * (buffer.width + 2);
    for (let x = 0; x < buffer.width; x++) {
      sum += buffer.cells[from + x]!;
      out[row * buffer.width + x] = Math.min(255, Math.round(Math.abs(sum) * 255));
    }
  }
  return out;
}
