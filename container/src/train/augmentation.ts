import type { ImageView } from "../image/image-view.js";
import type { Hyperparameters } from "./hyperparameters.js";
import { type Random, seededRandom } from "./random.js";

/** Changed copies made of every training picture when `augmentation_type` is given. */
export const VIEWS = 3;

/**
 * The changed copies of one training picture. Features come from a frozen backbone and are computed once, so the
 * copies are fixed for the whole job, and every epoch takes one of them, or the picture itself, at random.
 *
 * `crop` mirrors and crops, `crop_color` also shifts hue, saturation and brightness, `crop_color_transform` also
 * rotates, shears and changes the aspect: the same steps as the built-in algorithm's.
 */
export function augmentedViews(
  type: NonNullable<Hyperparameters["augmentationType"]>,
  seed: number,
  index: number,
): ImageView[] {
  const random = seededRandom(seed, 0xa06, index);
  return Array.from({ length: VIEWS }, (_, i) => view(type, random, i));
}

function view(
  type: NonNullable<Hyperparameters["augmentationType"]>,
  random: Random,
  index: number,
): ImageView {
  const between = (low: number, high: number): number => low + random() * (high - low);
  const side = between(0.8, 1);
  const aspect = type === "crop_color_transform" ? between(0.8, 1.25) : 1;
  const width = Math.min(1, side * Math.sqrt(aspect));
  const height = Math.min(1, side / Math.sqrt(aspect));
  return {
    width,
    height,
    left: random() * (1 - width),
    top: random() * (1 - height),
    flip: index % 2 === 0,
    ...(type === "crop"
      ? {}
      : {
          colour: {
            brightness: between(0.8, 1.2),
            saturation: between(0.7, 1.3),
            hue: Math.round(between(-18, 18)),
          },
        }),
    ...(type === "crop_color_transform" ? { degrees: between(-10, 10), shear: between(-0.1, 0.1) } : {}),
  };
}
