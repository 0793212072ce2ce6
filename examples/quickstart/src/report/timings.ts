import { escapeHtml } from "@sightline/foundation/escape";
import type { QuickstartResult } from "../result.js";

/** The steps as rows with bars, a heading for each notebook. */
export function formatTimings({ steps, seconds: total }: QuickstartResult): string {
  const longest = Math.max(...steps.map(({ seconds }) => seconds), 0.001);
  let group = "";
  const rows = steps.flatMap(({ name, seconds }) => {
    const cut = name.indexOf(": ");
    const [of, step] = cut < 0 ? ["", name] : [name.slice(0, cut), name.slice(cut + 2)];
    const head =
      of === group || of === "" ? [] : [`<tr class="group"><th colspan="3">${escapeHtml(of)}</th></tr>`];
    group = of;
    const bar = `<i style="width:${((100 * seconds) / longest).toFixed(1)}%"></i>`;
    return [
      ...head,
      `<tr><td>${escapeHtml(step)}</td><td class="number">${seconds.toFixed(1)} s</td><td class="bar">${bar}</td></tr>`,
    ];
  });
  return `<table class="timings">${rows.join("")}<tr class="group"><th>Together, pictures and video at once</th><td class="number">${total.toFixed(1)} s</td><td></td></tr></table>`;
}
