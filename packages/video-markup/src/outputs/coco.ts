import { maskOutlines } from "../annotate/mask-outline.js";
import type { Detection } from "../detection.js";
import { maskArea } from "../detectors/masks.js";
import type { ExportInfo, Records } from "./export-info.js";

/** Options of {@link toCoco}. */
export interface CocoOptions extends ExportInfo {
  /** File name of a frame's picture. Default `frame_000000.jpg`, by its number. */
  readonly fileName?: (frame: number) => string;
}

/**
 * COCO's object detection JSON, in chunks of text: `annotations` as they come, then `images` and `categories`.
 * Ids count from 1; `score` and `track_id` are added where known; masks are polygons.
 */
export async function* toCoco(records: Records, options: CocoOptions): AsyncGenerator<string, void> {
  const fileName = options.fileName ?? ((frame) => `frame_${String(frame).padStart(6, "0")}.jpg`);
  const names = new Map((options.classNames ?? []).map((name, id) => [id, name]));
  const images: string[] = [];
  let id = 0;
  yield '{"annotations":[';
  for await (const { frame, ptsSeconds, detections } of records) {
    const { width, height } = options.size;
    const image = { id: frame + 1, file_name: fileName(frame), width, height, pts_seconds: ptsSeconds };
    images.push(JSON.stringify(image));
    for (const detection of detections) {
      if (!names.has(detection.classId)) names.set(detection.classId, detection.className);
      yield `${id > 0 ? "," : ""}\n${JSON.stringify(annotation(detection, frame + 1, ++id))}`;
    }
  }
  const categories = [...names].map(([classId, name]) => ({ id: classId + 1, name }));
  yield `],\n"images":[\n${images.join(",\n")}],\n"categories":${JSON.stringify(categories)}}\n`;
}

function annotation(
  { classId, confidence, xyxy, trackId, mask, keypoints }: Detection,
  imageId: number,
  id: number,
) {
  const [x1, y1, x2, y2] = xyxy;
  return {
    id,
    image_id: imageId,
    category_id: classId + 1,
    bbox: [x1, y1, x2 - x1, y2 - y1].map(rounded),
    area: rounded(mask ? maskArea(mask) : (x2 - x1) * (y2 - y1)),
    iscrowd: 0,
    segmentation: mask ? maskOutlines(mask).map((ring) => ring.flat().map(rounded)) : [],
    score: rounded(confidence, 4),
    ...(trackId === undefined ? {} : { track_id: trackId }),
    ...(keypoints
      ? {
          keypoints: keypoints.flatMap(({ x, y, confidence: seen }) => [
            rounded(x),
            rounded(y),
            seen > 0 ? 2 : 0,
          ]),
          num_keypoints: keypoints.filter(({ confidence: seen }) => seen > 0).length,
        }
      : {}),
  };
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
