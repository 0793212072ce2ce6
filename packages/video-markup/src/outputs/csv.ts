import { type Records, short } from "./export-info.js";

const HEADER = "frame,pts_seconds,class_id,class_name,confidence,x1,y1,x2,y2,track_id";

/** One line a detection (RFC 4180, line feeds), in chunks of text. */
export async function* toCsv(records: Records): AsyncGenerator<string, void> {
  yield `${HEADER}\n`;
  for await (const { frame, ptsSeconds, detections } of records) {
    let text = "";
    for (const { classId, className, confidence, xyxy, trackId } of detections) {
      const numbers = xyxy.map((edge) => short(edge)).join(",");
      text += `${frame},${short(ptsSeconds, 6)},${classId},${quoted(className)},${short(confidence, 4)},${numbers},${trackId ?? ""}\n`;
    }
    if (text) yield text;
  }
}

/** Quoted where a comma, quote or line break asks for it, or where a spreadsheet would take it for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
