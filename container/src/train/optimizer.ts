/** An optimizer and its settings, under the names of MXNet's. */
export interface OptimizerOptions {
  readonly optimizer: "sgd" | "nag" | "adam" | "rmsprop" | "adadelta";
  /** Of sgd and nag, 0 to 1. */
  readonly momentum: number;
  /** Of adam, 0 to 1. */
  readonly beta1: number;
  /** Of adam, 0 to 1. */
  readonly beta2: number;
  /** Of adam and rmsprop. */
  readonly eps: number;
  /** Of rmsprop, 0 to 1. */
  readonly gamma: number;
}

/** MXNet's settings of adadelta. */
const ADADELTA = { rho: 0.9, epsilon: 1e-5 };

/** The optimizer's memory for one array of parameters. */
export interface OptimizerState {
  /** Momentum (sgd, nag), first moment (adam), or mean square of the steps (adadelta). */
  readonly first: Float32Array;
  /** Mean square of the gradient (adam, rmsprop, adadelta). */
  readonly second: Float32Array;
}

/** An empty memory for `length` parameters. */
export function optimizerState(length: number): OptimizerState {
  return { first: new Float32Array(length), second: new Float32Array(length) };
}

/** One step: which, how large, and how strongly parameters are drawn to 0. */
export interface Step {
  /** Counted from 1 over the whole job. */
  readonly number: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/**
 * Changes `parameters` by one step along `gradient`, as MXNet's optimizers of the same names do (weight decay is
 * added to the gradient; rmsprop has its epsilon under the root).
 */
export function applyStep(
  parameters: Float32Array,
  gradient: Float32Array,
  state: OptimizerState,
  step: Step,
  options: OptimizerOptions,
): void {
  const { first, second } = state;
  const { learningRate: rate, weightDecay: decay } = step;
  const { momentum, beta1, beta2, eps, gamma, optimizer } = options;
  const length = parameters.length;
  if (optimizer === "sgd") {
    for (let i = 0; i < length; i++) {
      first[i] = momentum * first[i]! - rate * (gradient[i]! + decay * parameters[i]!);
      parameters[i]! += first[i]!;
    }
  } else if (optimizer === "nag") {
    for (let i = 0; i < length; i++) {
      const slope = gradient[i]! + decay * parameters[i]!;
      first[i] = momentum * first[i]! + slope;
      parameters[i]! -= rate * (slope + momentum * first[i]!);
    }
  } else if (optimizer === "adam") {
    // With a beta of 1 the correction would divide by 0: no correction then, as its limit.
    const correction =
      beta1 < 1 && beta2 < 1 ? Math.sqrt(1 - beta2 ** step.number) / (1 - beta1 ** step.number) : 1;
    for (let i = 0; i < length; i++) {
      const slope = gradient[i]! + decay * parameters[i]!;
      first[i] = beta1 * first[i]! + (1 - beta1) * slope;
      second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
      if (first[i] !== 0) parameters[i]! -= (rate * correction * first[i]!) / (Math.sqrt(second[i]!) + eps);
    }
  } else if (optimizer === "adadelta") {
    // It finds its step by itself: MXNet's takes no learning rate.
    const { rho, epsilon } = ADADELTA;
    for (let i = 0; i < length; i++) {
      const slope = gradient[i]!;
      second[i] = rho * second[i]! + (1 - rho) * slope * slope;
      const delta = (Math.sqrt(first[i]! + epsilon) / Math.sqrt(second[i]! + epsilon)) * slope;
      first[i] = rho * first[i]! + (1 - rho) * delta * delta;
      parameters[i]! -= delta + decay * parameters[i]!;
    }
  } else {
    for (let i = 0; i < length; i++) {
      const slope = gradient[i]! + decay * parameters[i]!;
      second[i] = gamma * second[i]! + (1 - gamma) * slope * slope;
      if (slope !== 0) parameters[i]! -= (rate * slope) / Math.sqrt(second[i]! + eps);
    }
  }
}
