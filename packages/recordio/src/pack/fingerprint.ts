import type { ImageRecipe } from "../image/image-recipe.js";
import type { PackOptions } from "./pack-options.js";

/** Raised when the same options give other bytes than before. */
const PIPELINE_VERSION = 3;

/**
 * Everything but the files that decides what the records are, as JSON: options, codecs and their versions. What is done about
 * lost images is not among it: see `Reuse`.
 */
export async function packFingerprint(
  recipe: ImageRecipe,
  { packLabels }: Pick<PackOptions, "packLabels">,
): Promise<string> {
  // Files as they are do not pass through a codec.
  const codecs = recipe.passThrough ? [] : await codecVersions(recipe);
  return JSON.stringify([PIPELINE_VERSION, recipe, packLabels ?? null, ...codecs]);
}

async function codecVersions(recipe: ImageRecipe): Promise<string[]> {
  const [{ sharpVersion }, { loadTurboAddon }] = await Promise.all([
    import("../image/sharp-lane.js"),
    import("../image/turbo-addon.js"),
  ]);
  const usesTurbo = recipe.lane === "auto" && !recipe.passThrough;
  return [sharpVersion(), usesTurbo ? (loadTurboAddon().addon ? "turbo 2" : "no turbo") : ""];
}
