import { WINDOW } from "./heads.js";
import type { Level } from "./levels.js";

/** How a level's channels are made even: `matrix` times (values of a cell less `mean`). */
export interface Whitening {
  readonly mean: Float64Array;
  /** Channels x channels, row by row. */
  readonly matrix: Float64Array;
}

/**
 * Squared length of the average window of a head. With the built-in algorithm's default learning rate of 0.001 and
 * momentum of 0.9 it makes steps that converge in its 30 epochs.
 */
const TARGET_LENGTH = 300;
/** Share of the mean variance that is added to every direction: what hardly varies carries noise, which would be blown up. */
const NOISE = 0.05;

/**
 * Whitening of each level's channels over pictures. Channels of a map go up and down together, and a linear head learns
 * slowly on such; behind this they do not (Cholesky: the inverse of the lower triangle of the covariance).
 *
 * @param rows feature rows of some pictures
 * @param pause is waited for between short pieces of the work, which takes tens of seconds for 2,048 channels
 */
export async function whitenMaps(
  rows: readonly Float32Array[],
  levels: readonly Level[],
  pause: () => Promise<void>,
): Promise<Whitening[]> {
  const whitening: Whitening[] = [];
  for (const level of levels) {
    const { channels } = level;
    const { mean, covariance } = await moments(rows, level, pause);
    let trace = 0;
    for (let c = 0; c < channels; c++) trace += covariance[c * channels + c]!;
    // An even picture has no variance at all.
    const noise = (NOISE * trace) / channels || 1;
    for (let c = 0; c < channels; c++) covariance[c * channels + c]! += noise;
    const matrix = await inverseOfTriangle(await triangleOf(covariance, channels, pause), channels, pause);
    const scale = Math.sqrt(TARGET_LENGTH / WINDOW / channels);
    whitening.push({ mean, matrix: matrix.map((value) => value * scale) });
  }
  return whitening;
}

/** Most cells of a level that are looked at; of larger maps every so many. */
const MOST_CELLS = 8192;

async function moments(
  rows: readonly Float32Array[],
  { channels, height, width, offset }: Level,
  pause: () => Promise<void>,
): Promise<{ mean: Float64Array; covariance: Float64Array }> {
  const cells = height * width;
  const every = Math.ceil((rows.length * cells) / MOST_CELLS);
  const places: [row: Float32Array, at: number][] = [];
  for (let n = 0; n < rows.length * cells; n += every) {
    places.push([rows[Math.floor(n / cells)]!, offset + (n % cells) * channels]);
  }
  const mean = new Float64Array(channels);
  for (const [row, at] of places) {
    for (let c = 0; c < channels; c++) mean[c]! += row[at + c]! / places.length;
  }
  const covariance = new Float64Array(channels * channels);
  const apart = new Float64Array(channels);
  for (const [row, at] of places) {
    await pause();
    for (let c = 0; c < channels; c++) apart[c] = row[at + c]! - mean[c]!;
    for (let a = 0; a < channels; a++) {
      const value = apart[a]! / places.length;
      for (let b = 0, to = a * channels; b <= a; b++) covariance[to + b]! += value * apart[b]!;
    }
  }
  return { mean, covariance };
}

/** Lower triangle L with L times its transpose = the lower half of a positive definite matrix. */
async function triangleOf(
  matrix: Float64Array,
  n: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    await pause();
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  }
  return lower;
}

async function inverseOfTriangle(
  lower: Float64Array,
  n: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const inverse = new Float64Array(n * n);
  for (let column = 0; column < n; column++) {
    await pause();
    for (let i = column; i < n; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i * n + k]! * inverse[k * n + column]!;
      inverse[i * n + column] = sum / lower[i * n + i]!;
    }
  }
  return inverse;
}
