import { createHash } from "node:crypto";
import type { ImageRecipe } from "../image/image-recipe.js";
import { sharpVersion } from "../image/sharp-lane.js";
import { loadTurboAddon } from "../image/turbo-addon.js";

/** Raised when the same options give other bytes than before. */
const PIPELINE_VERSION = 1;

/**
 * A digest of everything but the files that decides what the records are: options, codecs and their versions.
 */
export function packFingerprint(
  recipe: ImageRecipe,
  options: { readonly onError: string; readonly packLabels: boolean | undefined },
): string {
  const turbo =
    recipe.lane === "auto" && !recipe.passThrough ? (loadTurboAddon().addon ? "turbo 2" : "no turbo") : "";
  const facts = [
    PIPELINE_VERSION,
    recipe,
    options.onError,
    options.packLabels ?? null,
    sharpVersion(),
    turbo,
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
