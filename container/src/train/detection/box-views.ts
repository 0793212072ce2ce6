import type { ImageView } from "../../image/image-view.js";
import { seededRandom } from "../random.js";
import { type Box, clip, type TruthBox } from "./boxes.js";

/** Changed copies made of every training picture: the built-in algorithm augments always, and has no setting for it. */
export const BOX_VIEWS = 3;
/** Smallest part of a picture that a copy shows, as a share of its sides. */
const LEAST_SIDE = 0.6;
/** Share of a box that must be inside for it to be in a copy; what shows less is difficult there. */
const LEAST_SHARE = 0.6;

/** The copies of one picture: mirrored, and two parts of it, of which one is mirrored. */
export function boxViews(seed: number, index: number): ImageView[] {
  const random = seededRandom(seed, 0xb0c, index);
  const part = (flip: boolean): ImageView => {
    const side = LEAST_SIDE + (1 - LEAST_SIDE) * random();
    return { width: side, height: side, left: random() * (1 - side), top: random() * (1 - side), flip };
  };
  return [{ width: 1, height: 1, left: 0, top: 0, flip: true }, part(false), part(true)];
}

/** Where boxes are in a copy: cut at its border. */
export function boxesIn(
  { left, top, width, height, flip }: ImageView,
  truth: readonly TruthBox[],
): TruthBox[] {
  return truth.flatMap((object) => {
    const [boxLeft, boxTop, boxRight, boxBottom] = object.box;
    const cut: Box = [
      clip((boxLeft - left) / width),
      clip((boxTop - top) / height),
      clip((boxRight - left) / width),
      clip((boxBottom - top) / height),
    ];
    const area = (cut[2] - cut[0]) * width * (cut[3] - cut[1]) * height;
    const share = area / ((boxRight - boxLeft) * (boxBottom - boxTop));
    if (!(share > 0)) return [];
    const box: Box = flip ? [1 - cut[2], cut[1], 1 - cut[0], cut[3]] : cut;
    return [{ ...object, box, difficult: object.difficult || share < LEAST_SHARE }];
  });
}
