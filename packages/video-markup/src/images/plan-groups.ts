import type { Size } from "../detection.js";
import { LimitError, UnreadableImageError, UnreadableVideoError } from "../errors.js";
import { firstFrame } from "../media/probe.js";
import { outputOf, type PictureFile } from "./list-pictures.js";
import { readPictureHead } from "./picture-head.js";

/** A picture whose size is known. */
export interface KnownPicture extends PictureFile, Size {
  /** Its place among all. */
  readonly index: number;
  /** How it is read: `file` for formats that have to be opened by ffmpeg itself. */
  readonly source: "jpeg" | "png" | "file";
}

/** Most pictures of a group: what one crash of a host costs. */
const mostInGroup = 16;

/**
 * A picture's size: from its head, or, for other formats than JPEG and PNG, by decoding it.
 *
 * @throws {UnreadableImageError} when it is no picture
 * @throws {LimitError} when it has more pixels than `maxFramePixels`
 */
export async function measurePicture(
  file: PictureFile,
  index: number,
  options: { readonly maxFramePixels: number; readonly byFfmpeg?: boolean; readonly signal: AbortSignal },
): Promise<KnownPicture> {
  const { path } = file;
  const head = await readPictureHead(path).catch((cause: Error) => {
    throw new UnreadableImageError(path, `${path} cannot be opened: ${cause.message}`, { cause });
  });
  const measured =
    head && options.byFfmpeg !== true
      ? { ...file, ...head, index, source: head.codec }
      : { ...file, ...(await sizeByDecoding(path, options.signal)), index, source: "file" as const };
  const { width, height } = measured;
  if (width * height > options.maxFramePixels) {
    throw new LimitError(
      `${path} is ${width}x${height} = ${width * height} pixels, more than maxFramePixels (${options.maxFramePixels}); raise it if there is memory for that`,
    );
  }
  return measured;
}

async function sizeByDecoding(path: string, signal: AbortSignal): Promise<Size> {
  try {
    const { width, height } = (await firstFrame(path, signal)).frame;
    return { width, height };
  } catch (cause) {
    if (!(cause instanceof UnreadableVideoError)) throw cause;
    const why = cause.cause instanceof Error ? `: ${cause.cause.message}` : "";
    throw new UnreadableImageError(path, `${path} cannot be decoded as a picture${why}`, { cause });
  }
}

/**
 * Groups of pictures that one ffmpeg can decode and one can encode: of one size, format and target. Small
 * enough that `hosts` have work to the end.
 */
export function groupPictures(
  pictures: readonly KnownPicture[],
  hosts: number,
): readonly (readonly KnownPicture[])[] {
  const alike = new Map<string, KnownPicture[]>();
  for (const picture of pictures) {
    const { source, width, height, index, name } = picture;
    const key = source === "file" ? `file ${index}` : `${source} ${width} ${height} ${outputOf(name).target}`;
    const group = alike.get(key);
    if (group) group.push(picture);
    else alike.set(key, [picture]);
  }
  const most = Math.max(1, Math.min(mostInGroup, Math.ceil(pictures.length / (2 * hosts))));
  const groups: KnownPicture[][] = [];
  for (const group of alike.values()) {
    for (let at = 0; at < group.length; at += most) groups.push(group.slice(at, at + most));
  }
  return groups;
}
