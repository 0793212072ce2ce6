/**
 * A Kalman filter for one coordinate that moves at a constant speed: position and velocity with their
 * covariance. The trackers' filters of four coordinates have no term between coordinates, so four of these are
 * the same filter at a fraction of the cost of 8 x 8 matrices.
 */
export interface AxisFilter {
  position: number;
  velocity: number;
  /** Variance of the position, covariance, variance of the velocity. */
  p00: number;
  p01: number;
  p11: number;
}

/** A filter at a measured position, at rest. */
export function startAxis(position: number, positionVariance: number, velocityVariance: number): AxisFilter {
  return { position, velocity: 0, p00: positionVariance, p01: 0, p11: velocityVariance };
}

/** Moves one frame on; the noise is added to the variances. */
export function predictAxis(axis: AxisFilter, positionNoise: number, velocityNoise: number): void {
  axis.position += axis.velocity;
  axis.p00 += 2 * axis.p01 + axis.p11 + positionNoise;
  axis.p01 += axis.p11;
  axis.p11 += velocityNoise;
}

/** Corrects with a measured position of the given variance. */
export function correctAxis(axis: AxisFilter, measured: number, variance: number): void {
  const total = axis.p00 + variance;
  const gainPosition = axis.p00 / total;
  const gainVelocity = axis.p01 / total;
  const error = measured - axis.position;
  axis.position += gainPosition * error;
  axis.velocity += gainVelocity * error;
  axis.p11 -= gainVelocity * axis.p01;
  axis.p01 -= gainPosition * axis.p01;
  axis.p00 -= gainPosition * axis.p00;
}
