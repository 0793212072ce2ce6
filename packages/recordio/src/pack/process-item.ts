import { ImageError } from "../errors.js";
import { boxesOf } from "../format/box-labels.js";
import type { PreparedImage } from "../image/image-recipe.js";
import { prepareImage } from "../image/prepare-image.js";
import { placeholderImage } from "../image/sharp-lane.js";
import type { TurboLane } from "../image/turbo-lane.js";
import { frameImage } from "./frame-image.js";
import type { ItemResult, ItemSettings, PackItem } from "./item.js";
import { readImageFile } from "./read-image-file.js";
import type { RecordArena } from "./record-arena.js";

/**
 * Reads, prepares and frames one image; a promise only where sharp has to work. Never throws for the image's sake.
 *
 * @param arena where the record is put
 */
export function processItem(
  item: PackItem,
  settings: ItemSettings,
  turbo: TurboLane | undefined,
  arena: RecordArena,
): ItemResult | Promise<ItemResult> {
  const seen = { stat: "", hash: "" };
  const fail = (error: unknown) => failed(item, settings, seen, arena, error);
  try {
    const { root, recipe, contents } = settings;
    const file = readImageFile(
      root,
      item.path,
      item.known,
      item.again ? undefined : contents,
      !recipe.passThrough,
    );
    seen.stat = file.stat;
    if (file.same) {
      const { stat, content } = file;
      return { kind: "same", stat, ...(content !== undefined && { content }) };
    }
    seen.hash = file.hash;
    const image = prepareImage(item.path, file.bytes, settings.recipe, turbo);
    if (image instanceof Promise) {
      return image.then((prepared) => framed(item, settings, seen, arena, prepared)).catch(fail);
    }
    return framed(item, settings, seen, arena, image);
  } catch (error) {
    return fail(error);
  }
}

function framed(
  item: PackItem,
  settings: ItemSettings,
  seen: { stat: string; hash: string },
  arena: RecordArena,
  image: PreparedImage,
): ItemResult {
  checkTurn(item, settings, image.turnedBy);
  const record = frameImage(item, settings.packLabels, image.bytes, (length) => arena.allocate(length));
  return {
    kind: "record",
    ...seen,
    length: record.length,
    notes: image.notes,
    lane: image.lane,
    framed: record,
  };
}

/** @throws ImageError where boxes do not lie on the pixels as they are packed */
function checkTurn(
  { path, labels, orientation }: PackItem,
  { recipe }: ItemSettings,
  turnedBy: number,
): void {
  if (boxesOf(labels) === undefined) return;
  if (orientation === undefined && turnedBy > 1) {
    throw new ImageError(
      path,
      "unsupported",
      `its labels are boxes, and it would be turned by EXIF orientation ${turnedBy}, which leaves them where they were. Take ` +
        "them from their annotations (listFromBoxes, --boxes), or leave EXIF alone (orient: false, --no-orient) where they are drawn on the pixels as stored",
    );
  }
  if (orientation !== undefined && recipe.orient && !recipe.passThrough && orientation !== turnedBy) {
    throw new ImageError(
      path,
      "unsupported",
      `its boxes were placed for EXIF orientation ${orientation}, and it was turned by ${turnedBy}: it has changed since. Pack again`,
    );
  }
}

async function failed(
  item: PackItem,
  settings: ItemSettings,
  seen: { stat: string; hash: string },
  arena: RecordArena,
  error: unknown,
): Promise<ItemResult> {
  if (!(error instanceof ImageError)) throw error;
  const result = { kind: "problem", ...seen, problem: error.problem, message: error.message } as const;
  if (!settings.placeholder) return result;
  const image = await placeholderImage(settings.recipe);
  return {
    ...result,
    framed: frameImage(item, settings.packLabels, image, (length) => arena.allocate(length)),
  };
}
