import { readFile } from "node:fs/promises";
import { escapeHtml } from "@sightline/foundation/escape";
import type { ExampleAnswer } from "../figures.js";
import { jpegSource, percent } from "./format.js";

const shownClasses = 3;

/** Pictures with what the endpoint said of them, the likeliest classes as bars. */
export async function formatAnswers(examples: readonly ExampleAnswer[]): Promise<string> {
  const cards = await Promise.all(
    examples.map(async (example) => {
      const likeliest = Object.entries(example.probabilities)
        .sort(([, a], [, b]) => b - a)
        .slice(0, shownClasses);
      const bars = likeliest.map(([name, probability]) => {
        const kind = name === example.class ? "good" : "bad";
        return `<li class="${kind}"><i style="width:${percent(probability).replace(" ", "")}"></i><span>${escapeHtml(name)}</span><b>${percent(probability)}</b></li>`;
      });
      const right = example.class === example.predicted;
      const caption = `${right ? "right" : "wrong"}: it is <b>${escapeHtml(example.class)}</b>`;
      const picture = jpegSource(await readFile(example.picture));
      return `<figure class="answer ${right ? "right" : "wrong"}"><img src="${picture}" alt="${escapeHtml(example.class)}"><figcaption>${caption}</figcaption><ul>${bars.join("")}</ul></figure>`;
    }),
  );
  return `<div class="cards">${cards.join("")}</div>`;
}
