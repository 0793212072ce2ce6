import { didYouMean } from "@sightline/foundation/nearest";
import type { PreprocessingOptions } from "./input-spec.js";
import type { ModelView } from "./model-view.js";

interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly words: string;
}

/** Widest input side in pixels: a tensor of 16,384 squared is 3.2 GB. */
const MOST_SIDE = 16_384;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const oneOf = (...words: readonly string[]): Rule => ({
  fits: (value) => words.includes(value as string),
  words: words.map((word) => `"${word}"`).join(" or "),
});
const threeOf = (words: string, fits: (value: number) => boolean): Rule => ({
  fits: (value) => Array.isArray(value) && value.length === 3 && value.every((v) => isNumber(v) && fits(v)),
  words: `three ${words}, one a channel`,
});
const side: Rule = {
  fits: (value) => isNumber(value) && Number.isInteger(value) && value >= 1 && value <= MOST_SIDE,
  words: `a whole number of pixels from 1 to ${MOST_SIDE}`,
};

const rules: Readonly<Record<keyof PreprocessingOptions, Rule>> = {
  width: side,
  height: side,
  fit: oneOf("letterbox-center", "letterbox-top-left", "stretch"),
  padValue: { fits: (value) => isNumber(value) && value >= 0 && value <= 255, words: "from 0 to 255" },
  channels: oneOf("RGB", "BGR"),
  scale: { fits: (value) => isNumber(value) && value > 0, words: "a number above 0" },
  mean: threeOf("numbers", () => true),
  std: threeOf("numbers other than 0", (value) => value !== 0),
};

/**
 * Checks preprocessing that a caller or a decoder module gives.
 *
 * @throws TypeError for something other than an object, or a name that is none of its members.
 * @throws RangeError for a value out of range, or a side other than the one that the model fixes.
 */
export function checkPreprocessing(given: unknown, view: ModelView): PreprocessingOptions {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`The input of a decoder must be an object of ${Object.keys(rules).join(", ")}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof PreprocessingOptions] : undefined;
    if (!rule) {
      throw new TypeError(
        `input.${name} is unknown.${didYouMean(name, Object.keys(rules))} Known: ${Object.keys(rules).join(", ")}.`,
      );
    }
    if (!rule.fits(value))
      throw new RangeError(`input.${name} is ${JSON.stringify(value)}; it must be ${rule.words}.`);
  }
  const checked = given as PreprocessingOptions;
  for (const name of ["width", "height"] as const) {
    if (checked[name] !== undefined && view[name] !== undefined && checked[name] !== view[name]) {
      throw new RangeError(
        `input.${name} is ${checked[name]}, but the model's input is fixed to ${view[name]}.`,
      );
    }
  }
  return checked;
}
