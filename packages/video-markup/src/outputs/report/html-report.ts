import { escapeHtml } from "@sightline/foundation/escape";
import type { Analysis } from "../../analytics/analyse.js";
import type { TrackPoint } from "../../analytics/gpx.js";
import { type GeoJson, toGeoJson } from "../geo-json.js";
import { clock } from "./clock.js";
import { mapSvg } from "./map.js";
import { classPalette, timelineSvg } from "./timeline.js";

/** A picture in the report. */
export interface ReportPicture {
  /** Its time in seconds from the start of the video. */
  readonly ptsSeconds: number;
  /** What stands under it. */
  readonly caption: string;
  /** `data:` URL, so that the report stays one file. */
  readonly src: string;
}

/** What a report shows. */
export interface ReportContent {
  /** Heading of the page. */
  readonly title: string;
  /** URL of the marked-up video: relative to the report, or a `data:` URL to have all in one file. */
  readonly videoSrc: string;
  /** What was counted, from `analyseRecords`. */
  readonly analysis: Analysis;
  /** Key frames. Default: none. */
  readonly pictures?: readonly ReportPicture[];
  /** The camera's way, when there is a GPS track. */
  readonly gps?: {
    /** Fixes of the track, sorted by time. */
    readonly points: readonly TrackPoint[];
    /** From `trackPositions`. */
    readonly position: (ptsSeconds: number) => TrackPoint | undefined;
  };
  /** Further lines under the title: model, options, warnings. */
  readonly notes?: readonly string[];
}

/** Most objects listed one by one. */
const MAX_ROWS = 500;

/**
 * One HTML page without any other file or host: the video, detections over time, counts, objects, lines and
 * zones, key frames, and a map when there is GPS. Times seek in the video.
 */
export function htmlReport(content: ReportContent): string {
  const { title, videoSrc, analysis, pictures = [], gps, notes = [] } = content;
  const colors = classPalette(analysis);
  const legend = [...colors].map(([name, color]) => {
    return `<span class="key"><i style="background:${color}"></i>${escapeHtml(name)}</span>`;
  });
  const sections = [
    `<video id="video" controls preload="metadata" src="${escapeHtml(videoSrc)}"></video>`,
    section("Detections over time", `${timelineSvg(analysis, colors)}<p>${legend.join(" ")}</p>`),
    section("Counts", counts(analysis)),
    gps ? section("Map", map(analysis, gps, colors)) : "",
    analysis.objects.length > 0 ? section("Objects", objects(analysis)) : "",
    linesAndZones(analysis),
    pictures.length > 0 ? section("Key frames", gallery(pictures)) : "",
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("")}
${sections.join("\n")}
</main><script>${SCRIPT}</script></body></html>
`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<table><thead><tr>${cells("th", head)}</tr></thead><tbody>${body}</tbody></table>`;
}

function seek(seconds: number): string {
  return `<a href="#video" data-seek="${seconds}">${clock(seconds)}</a>`;
}

function counts(analysis: Analysis): string {
  const facts: [string, string][] = [
    ["Frames", String(analysis.frames)],
    ["Length", clock(analysis.durationSeconds)],
    ["Frames with detections", String(analysis.framesWithDetections)],
    ["Detections", String(analysis.detectionCount)],
    ...Object.entries(analysis.objectsByClass).map(([name, n]): [string, string] => [
      `Different: ${name}`,
      String(n),
    ]),
  ];
  return `<dl>${facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${value}</dd></div>`).join("")}</dl>`;
}

function objects(analysis: Analysis): string {
  const shown = analysis.objects.slice(0, MAX_ROWS);
  const rows = shown.map(({ trackId, className, best, firstSeconds, lastSeconds, frames }) => [
    `#${trackId}`,
    escapeHtml(className),
    best.confidence.toFixed(2),
    seek(firstSeconds),
    seek(lastSeconds),
    String(frames),
  ]);
  const more = analysis.objects.length - shown.length;
  const rest = more > 0 ? `<p>and ${more} more</p>` : "";
  return table(["Object", "Class", "Best confidence", "First seen", "Last seen", "Frames"], rows) + rest;
}

function linesAndZones(analysis: Analysis): string {
  const lines = Object.entries(analysis.lines).map(([name, line]) => [
    escapeHtml(name),
    String(line.in),
    String(line.out),
    escapeHtml(
      Object.entries(line.byClass)
        .map(([type, n]) => `${type} ${n.in}/${n.out}`)
        .join(", "),
    ),
  ]);
  const zones = Object.entries(analysis.zones).map(([name, zone]) => {
    const stays = Object.values(zone.dwellSeconds);
    const mean = stays.reduce((sum, value) => sum + value, 0) / Math.max(1, stays.length);
    return [escapeHtml(name), String(zone.objects), String(zone.most), `${mean.toFixed(1)} s`];
  });
  return [
    lines.length > 0 ? section("Lines", table(["Line", "In", "Out", "By class (in/out)"], lines)) : "",
    zones.length > 0 ? section("Zones", table(["Zone", "Objects", "Most at once", "Mean stay"], zones)) : "",
  ].join("");
}

function map(
  analysis: Analysis,
  { points, position }: NonNullable<ReportContent["gps"]>,
  colors: ReadonlyMap<string, string>,
): string {
  const places: GeoJson = toGeoJson(analysis.objects, position);
  const start = position(0)?.timeMs ?? points[0]?.timeMs ?? 0;
  const during = points.filter(({ timeMs }) => {
    return timeMs >= start && timeMs <= start + analysis.durationSeconds * 1000;
  });
  const missing = analysis.objects.length - places.features.length;
  const note =
    missing > 0 ? `<p class="note">${missing} objects were seen where the track has no position.</p>` : "";
  return mapSvg(during, places, colors) + note;
}

function gallery(pictures: readonly ReportPicture[]): string {
  const figures = pictures.map(({ ptsSeconds, caption, src }) => {
    const text = `${clock(ptsSeconds)} ${caption}`;
    return `<figure data-seek="${ptsSeconds}"><img src="${escapeHtml(src)}" alt="${escapeHtml(text)}"><figcaption>${escapeHtml(text)}</figcaption></figure>`;
  });
  return `<div class="gallery">${figures.join("")}</div>`;
}

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#d8dce2,#3a4048);--soft:light-dark(#f4f6f8,#1d2126);--dim:light-dark(#5b6470,#9aa4b0)}
body{margin:0;font:15px/1.5 system-ui,sans-serif}main{max-width:1000px;margin:auto;padding:24px 20px 60px}
h1{font-size:24px;margin:0 0 8px}h2{font-size:17px;margin:32px 0 10px}.note{color:var(--dim);margin:2px 0}
video{width:100%;max-height:70vh;background:#000;border-radius:8px;margin-top:14px}
svg{width:100%;height:auto;background:var(--soft);border-radius:8px}svg text{font-size:12px;fill:var(--dim)}
.axis{stroke:var(--dim)}.now{stroke:currentColor;stroke-width:2}[data-seek]{cursor:pointer}
.map polyline{fill:none;stroke:var(--dim);stroke-width:3;stroke-linejoin:round}.map circle{stroke:#fff;stroke-width:2}
.key{margin-right:14px}.key i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:5px;vertical-align:-1px}
dl{display:flex;flex-wrap:wrap;gap:10px;margin:0}dl div{background:var(--soft);border-radius:8px;padding:10px 16px}
dt{color:var(--dim);font-size:13px}dd{margin:0;font-size:21px;font-weight:600}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:5px 10px;border-bottom:1px solid var(--line)}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:12px}figure{margin:0}
img{width:100%;border-radius:6px;display:block}figcaption{font-size:13px;color:var(--dim)}`;

const SCRIPT = `
const video=document.getElementById("video"),now=document.getElementById("now");
document.addEventListener("click",(e)=>{const t=e.target.closest("[data-seek]");if(!t)return;
e.preventDefault();video.currentTime=Number(t.dataset.seek);video.scrollIntoView({block:"nearest"})});
video.addEventListener("timeupdate",()=>{if(!now||!video.duration)return;
const x=video.currentTime/video.duration*960;now.setAttribute("x1",x);now.setAttribute("x2",x)});`;
