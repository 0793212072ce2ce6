import { relative } from "node:path";
import { escapeHtml } from "@sightline/foundation/escape";
import type { ReportPicture } from "@sightline/video-markup";
import type { ClassificationFigures, VideoFigures } from "../figures.js";
import { type FinishedFlow, splitNames } from "../flow.js";
import { explainSplits, type QuickstartResult } from "../result.js";
import { formatAnswers } from "./answers.js";
import { percent } from "./format.js";
import type { NotebookPage } from "./notebook-pages.js";
import { reportStyle } from "./style.js";
import { formatTaggedOutputs } from "./tagged-outputs.js";
import { formatTimings } from "./timings.js";

/** What the report is made of. */
export interface ReportContent {
  readonly result: QuickstartResult;
  /** Begins with the flow that the result stands for. */
  readonly classified: readonly FinishedFlow<ClassificationFigures>[];
  readonly marked: FinishedFlow<VideoFigures>;
  /** Key frames of the marked-up video. */
  readonly pictures: readonly ReportPicture[];
  readonly pages: readonly NotebookPage[];
  /** Folder of the report. */
  readonly out: string;
}

/** The whole run as one page; only the marked-up video and the notebooks' pages lie beside it. */
export async function formatReport(content: ReportContent): Promise<string> {
  const { result, classified, marked, pages } = content;
  const [main] = classified;
  const { classification, video } = result;
  const outputs = await Promise.all(main!.tasks.map(formatTaggedOutputs));
  const source = (synthetic: boolean, name: string) =>
    `${escapeHtml(name)}${synthetic ? " (drawn by code)" : ""}`;
  const pictures = source(classification.synthetic, classification.dataset);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Sightline quickstart</title><style>${reportStyle}</style></head>
<body><main>
<header><h1>Sightline quickstart</h1>
<p>Pictures: ${pictures}. Video: ${source(video.synthetic, marked.figures.input)}. All of it ran on this machine, against a local SageMaker.</p>
${formatTiles(result)}
<nav><a href="#pictures">Pictures</a><a href="#video">Video</a><a href="#timings">Timings</a><a href="#notebooks">Notebooks</a></nav></header>
<h2 id="pictures">Pictures, ${escapeHtml(splitNames[main!.figures.split])}</h2>
${formatComparison(result)}
${outputs.join("\n")}
<h3>Answers of the endpoint</h3>
<p>Held-out pictures and what the endpoint said of them: one of each class that it got right, then the mistakes it was most sure of.</p>
${await formatAnswers(main!.figures.examples)}
<h2 id="video">Video</h2>
${await formatVideo(content)}
<h2 id="timings">Timings</h2>
${formatTimings(result)}
<h2 id="notebooks">Notebooks</h2>
<p>Every figure above comes out of these executed notebooks.</p>
<ul>${pages.map(({ title, href }) => `<li><a href="${encodeURI(href)}">${escapeHtml(title)}</a></li>`).join("")}<li><a href="result.json">result.json</a></li></ul>
</main></body></html>
`;
}

function formatTiles({ classification, video, seconds }: QuickstartResult): string {
  const tiles: [string, string][] = [
    ...classification.comparison.map(({ split, accuracy }): [string, string] => [
      percent(accuracy),
      `of held-out pictures right, split: ${split}`,
    ]),
    [String(video.frames), `frames, ${video.framesWithDetections} with detections`],
    [String(video.detections), "detections in the video"],
    [`${seconds.toFixed(0)} s`, "in all"],
  ];
  return `<div class="tiles">${tiles.map(([value, label]) => `<div><b>${value}</b><span>${escapeHtml(label)}</span></div>`).join("")}</div>`;
}

/** The splits side by side, and why they differ. */
function formatComparison(result: QuickstartResult): string {
  const why = explainSplits(result);
  const rows = result.classification.comparison.map(
    (one) =>
      `<tr><td>${one.split}</td><td class="number">${one.trainImages}</td><td class="number">${one.validationImages}</td><td class="number">${one.testImages}</td><td class="number">${percent(one.accuracy)}</td><td class="bar"><i style="width:${(100 * one.accuracy).toFixed(1)}%"></i></td></tr>`,
  );
  return `<table class="timings splits"><tr><th>split</th>${["train", "validation", "held out", "accuracy"].map((name) => `<th class="number">${name}</th>`).join("")}<th></th></tr>${rows.join("")}</table>
${why === undefined ? "" : `<p>${escapeHtml(why)}</p>`}`;
}

async function formatVideo({ marked, pictures, out }: ReportContent): Promise<string> {
  const { figures, tasks } = marked;
  const source = relative(out, figures.output).split(/[\\/]/).map(encodeURIComponent).join("/");
  const keyFrames = pictures.map(
    ({ src, ptsSeconds, caption }) =>
      `<figure><img src="${src}" alt="${escapeHtml(caption)}"><figcaption>${ptsSeconds.toFixed(2)} s: ${escapeHtml(caption)}</figcaption></figure>`,
  );
  const outputs = await Promise.all(tasks.map(formatTaggedOutputs));
  return `<p>Marked up by ${escapeHtml(figures.model)}, on an endpoint, with sound and time stamps as they were.</p>
<video controls muted playsinline src="${source}"></video>
<h3>Key frames</h3>
${keyFrames.length === 0 ? "<p>No frame has a detection.</p>" : `<div class="frames">${keyFrames.join("")}</div>`}
${outputs.join("\n")}`;
}
