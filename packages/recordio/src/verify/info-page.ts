import { escapeHtml } from "@sightline/foundation/escape";
import { boxesOf } from "../format/box-labels.js";
import { countedLabels, type DetectionObject, decodeDetectionLabel } from "../format/detection-label.js";
import { thumbnail } from "../image/sharp-lane.js";
import { readRecords } from "../read/read-records.js";
import { type RecordIOInfo, recordIOInfo } from "./record-io-info.js";

/** Options of {@link recordIOInfoPage}. */
export interface InfoPageOptions {
  /** Class names by label. */
  readonly classes?: readonly string[];
  /** Pictures shown of each label. Default 8. */
  readonly picturesPerLabel?: number;
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Labels of which pictures are shown; a thousand classes would make a page of hundreds of megabytes. */
const MAX_LABELS_SHOWN = 100;

/**
 * A page that shows what a `.rec` holds: records and boxes by class, image sides, and a contact sheet with the boxes drawn. One HTML file without
 * scripts or anything to download.
 */
export async function recordIOInfoPage(path: string, options: InfoPageOptions = {}): Promise<string> {
  const reading = options.signal === undefined ? {} : { signal: options.signal };
  const info = await recordIOInfo(path, reading);
  const each = options.picturesPerLabel ?? 8;
  const shown = new Set(Object.keys(info.recordsByLabel).slice(0, MAX_LABELS_SHOWN));
  const pictures = new Map<string, string[]>();
  for await (const { header, labels, image } of readRecords(path, reading)) {
    const wanted = countedLabels(labels)
      .map(String)
      .filter((label) => shown.has(label) && (pictures.get(label)?.length ?? 0) < each);
    if (wanted.length === 0) continue;
    // Decoded once, however many classes it has boxes of.
    const html = await picture(header.id, image, labels, options.classes ?? []);
    for (const label of wanted) pictures.set(label, [...(pictures.get(label) ?? []), html]);
  }
  return page(path, info, pictures, options.classes ?? []);
}

/** Height of a picture in pixels: of one with boxes more, or they would be too small to be seen. */
const HEIGHT = 112;
const HEIGHT_WITH_BOXES = 224;

async function picture(
  id: number,
  image: Uint8Array,
  labels: readonly number[],
  classes: readonly string[],
): Promise<string> {
  const objects = boxesOf(labels) === undefined ? [] : decodeDetectionLabel(labels).objects;
  try {
    const height = objects.length > 0 ? HEIGHT_WITH_BOXES : HEIGHT;
    const data = Buffer.from(await thumbnail(image, height)).toString("base64");
    const img = `<img alt="record ${id}" title="record ${id}" style="height:${height}px" src="data:image/jpeg;base64,${data}">`;
    return objects.length > 0 ? `<span class="boxes">${img}${drawing(objects, classes)}</span>` : img;
  } catch (error) {
    // A broken image is part of what the page has to show.
    return `<span class="broken" title="${escapeHtml((error as Error).message)}">record ${id} cannot be decoded</span>`;
  }
}

/** Boxes over a picture: shares of its sides, whatever those are. */
function drawing(objects: readonly DetectionObject[], classes: readonly string[]): string {
  const boxes = objects.map(({ classId, xyxy: [left, top, right, bottom] }) => {
    const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`;
    const name = escapeHtml(classes[classId] ?? String(classId));
    const place = `x="${percent(left)}" y="${percent(top)}" width="${percent(right - left)}" height="${percent(bottom - top)}"`;
    return `<rect ${place} stroke="${COLORS[classId % COLORS.length] ?? COLORS[0]}"><title>${name}</title></rect>`;
  });
  return `<svg>${boxes.join("")}</svg>`;
}

/** Of the classes, in turn. */
const COLORS = ["#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#42d4f4", "#f032e6", "#bfef45"];

function page(
  path: string,
  info: RecordIOInfo,
  pictures: ReadonlyMap<string, readonly string[]>,
  classes: readonly string[],
): string {
  const name = (label: string): string => escapeHtml(classes[Number(label)] ?? label);
  const labels = Object.entries(info.recordsByLabel);
  const sheets = [...pictures].map(
    ([label, images]) => `<h3>${name(label)}</h3><div class="sheet">${images.join("")}</div>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(path)}</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2330;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2rem}h3{font-size:1rem;margin:1rem 0 .3rem}
.sheet{display:flex;flex-wrap:wrap;gap:6px}.sheet img{border-radius:4px;display:block}
.boxes{position:relative;display:block}.boxes svg{position:absolute;inset:0;width:100%;height:100%}
.boxes rect{fill:none;stroke-width:2}
.broken{display:inline-block;height:112px;width:112px;font-size:12px;background:#fdecea;color:#8a1c12;padding:6px;box-sizing:border-box}
svg text{font:12px system-ui,sans-serif;fill:#1c2330}
</style></head><body>
<h1>${escapeHtml(path)}</h1>
<p>${info.records} records, ${(info.imageBytes / 1e6).toFixed(1)} MB of images, ids ${info.ids.min} to ${info.ids.max}${info.ids.duplicates > 0 ? `, ${info.ids.duplicates} duplicate ids` : ""}</p>
<h2>Records by class</h2>${bars(labels.map(([label, count]) => [name(label), count]))}${boxBars(info, name)}
<h2>Image sides</h2>${bars(Object.entries(info.sizes).slice(0, 20))}
<h2>Formats</h2>${bars(Object.entries(info.formats))}
<h2>Pictures</h2>${sheets.join("\n")}
</body></html>
`;
}

function boxBars({ boxes }: RecordIOInfo, name: (label: string) => string): string {
  if (boxes === undefined) return "";
  const rows = Object.entries(boxes.objectsByLabel).map(([label, count]) => [name(label), count] as const);
  return `\n<h2>Boxes by class</h2>${bars(rows)}`;
}

function bars(rows: readonly (readonly [string, number])[]): string {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const lines = rows.map(([label, count], at) => {
    const y = at * 22;
    const width = Math.round((count / most) * 560);
    return `<text x="150" y="${y + 15}" text-anchor="end">${label}</text><rect x="160" y="${y + 3}" width="${width}" height="15" rx="2" fill="#3b6fd4"/><text x="${168 + width}" y="${y + 15}">${count}</text>`;
  });
  return `<svg width="800" height="${rows.length * 22}" role="img">${lines.join("")}</svg>`;
}
