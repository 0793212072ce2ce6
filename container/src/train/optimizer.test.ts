import { describe, expect, it } from "vitest";
import { applyStep, type OptimizerOptions, optimizerState } from "./optimizer.js";

function options(optimizer: string): OptimizerOptions {
  const named = optimizer as OptimizerOptions["optimizer"];
  return { optimizer: named, momentum: 0.9, beta1: 0.9, beta2: 0.999, eps: 1e-8, gamma: 0.9 };
}

/** Two steps with gradient 0.5 from parameter 1, rate 0.1, decay 0.01, by MXNet's formulas worked by hand. */
const EXPECTED: Record<string, [number, number]> = {
  // g = 0.51; m = -0.051; w = 0.949. g = 0.50949; m = 0.9 * -0.051 - 0.050949 = -0.096849; w = 0.852151.
  sgd: [0.949, 0.852151],
  // g = 0.51; m = 0.51; w = 1 - 0.1 * (0.51 + 0.459). g = 0.509031; m = 0.968031; w -= 0.1 * (0.509031 + 0.8712279).
  nag: [0.9031, 0.7650741],
  // First step of adam is the rate whatever the gradient's size; the second is nearly so for an equal gradient.
  adam: [0.9, 0.8],
  // n = 0.1 * 0.2601 = 0.02601; w = 1 - 0.051 / sqrt(0.02601). g = 0.506837...; n = 0.023409 + 0.0256884.
  rmsprop: [0.683772, 0.455031],
  // Rho 0.9, epsilon 1e-5, no rate. G = 0.1 * 0.25 = 0.025; d = 0.5 * sqrt(1e-5 / 0.02501); D = 0.1 * d ** 2 = 9.996e-6;
  // w = 1 - 0.0099980 - 0.01. G = 0.0225 + 0.025; d = 0.5 * sqrt(1.9996e-5 / 0.04751); w -= 0.0102577 + 0.0098000.
  adadelta: [0.980002, 0.959944],
};

describe("applyStep", () => {
  it.each(Object.keys(EXPECTED))("moves as MXNet's %s does", (optimizer) => {
    const parameters = new Float32Array([1]);
    const state = optimizerState(1);
    for (const number of [1, 2]) {
      const step = { number, learningRate: 0.1, weightDecay: 0.01 };
      applyStep(parameters, new Float32Array([0.5]), state, step, options(optimizer));
      expect(parameters[0]).toBeCloseTo(EXPECTED[optimizer]![number - 1]!, 3);
    }
  });

  it.each(Object.keys(EXPECTED))("leaves a parameter alone that has no gradient: %s", (optimizer) => {
    const parameters = new Float32Array([0, 0]);
    const extreme = { ...options(optimizer), eps: 0 };
    const step = { number: 1, learningRate: 0.1, weightDecay: 0 };
    applyStep(parameters, new Float32Array([0, 0]), optimizerState(2), step, extreme);
    expect([...parameters]).toEqual([0, 0]);
  });
});
