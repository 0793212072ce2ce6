import { type Records, short } from "./export-info.js";

/**
 * MOT Challenge result lines: frame from 1, track id (-1 untracked), left, top, width, height, confidence and
 * three unused -1, in chunks of text.
 */
export async function* toMot(records: Records): AsyncGenerator<string, void> {
  for await (const { frame, detections } of records) {
    let text = "";
    for (const { confidence, xyxy, trackId } of detections) {
      const [x1, y1, x2, y2] = xyxy;
      const box = [x1, y1, x2 - x1, y2 - y1].map((value) => short(value)).join(",");
      text += `${frame + 1},${trackId ?? -1},${box},${short(confidence, 4)},-1,-1,-1\n`;
    }
    if (text) yield text;
  }
}
