import type { SeededRandom } from "./seeded-random.js";
import type { Point, Stroke } from "./shapes.js";
import type { Subject } from "./subjects.js";

/** The picture's SVG: the subject's paper, then the strokes by this subject's hand. */
export function pictureSvg(
  strokes: readonly Stroke[],
  subject: Subject,
  random: SeededRandom,
  sidePixels: number,
): string {
  const scale = (sidePixels / 2) * random.between(0.5, 0.74);
  const turn = random.between(-14, 14) * (Math.PI / 180);
  const slant = Math.tan((subject.slantDegrees * Math.PI) / 180);
  const place = (share: number): number => sidePixels * (0.5 + share + random.between(-0.07, 0.07));
  const [centreX, centreY] = [place(subject.offset[0]), place(subject.offset[1])];
  const drawn = ([x, y]: Point): string => {
    const slanted = x - slant * y;
    const stray = () => random.between(-subject.wobble, subject.wobble);
    const px = (slanted * Math.cos(turn) - y * Math.sin(turn) + stray()) * scale + centreX;
    const py = (slanted * Math.sin(turn) + y * Math.cos(turn) + stray()) * scale + centreY;
    return `${px.toFixed(1)} ${py.toFixed(1)}`;
  };
  const ink = random.pick(subject.inks);
  const width = ((subject.strokeWidth * sidePixels) / 128) * random.between(0.85, 1.2);
  const dash = subject.dashed
    ? ` stroke-dasharray="${(width * 2).toFixed(1)} ${(width * 1.6).toFixed(1)}"`
    : "";
  const paths = strokes.map((stroke) => {
    const points = halved(stroke).map(drawn);
    const fill = subject.fill && stroke.closed ? ink : "none";
    return `<path d="M${points.join("L")}${stroke.closed ? "Z" : ""}" fill="${fill}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePixels}" height="${sidePixels}">`,
    `<rect width="100%" height="100%" fill="${subject.background}"/>`,
    paperPattern(subject, random, sidePixels),
    `<g stroke="${ink}" stroke-width="${width.toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"${dash}>`,
    ...paths,
    "</g></svg>",
  ].join("");
}

/** Points in the middle of long edges, so that a hand's wobble bends straight lines too. */
function halved({ points, closed }: Stroke): Point[] {
  const out: Point[] = [];
  points.forEach((point, index) => {
    out.push(point);
    const next = points[index + 1] ?? (closed ? points[0] : undefined);
    if (!next) return;
    const steps = Math.ceil(Math.hypot(next[0] - point[0], next[1] - point[1]) / 0.35);
    for (let step = 1; step < steps; step++) {
      const share = step / steps;
      out.push([point[0] + (next[0] - point[0]) * share, point[1] + (next[1] - point[1]) * share]);
    }
  });
  return out;
}

function paperPattern(subject: Subject, random: SeededRandom, side: number): string {
  const gap = side / random.between(7, 10);
  const start = random.between(0, gap);
  const lines: string[] = [];
  const add = (x1: number, y1: number, x2: number, y2: number) =>
    lines.push(`M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}`);
  for (let at = start; at < side * 2; at += gap) {
    if (subject.pattern === "ruled" || subject.pattern === "grid") add(0, at, side, at);
    if (subject.pattern === "grid") add(at, 0, at, side);
    if (subject.pattern === "hatched") add(at, 0, at - side, side);
    if (subject.pattern === "dots") for (let x = start; x < side; x += gap) add(x, at, x + 0.1, at);
  }
  const width = subject.pattern === "dots" ? 3 : 1.4;
  return lines.length === 0
    ? ""
    : `<path d="${lines.join("")}" stroke="${subject.patternColour}" stroke-width="${width}" stroke-linecap="round"/>`;
}
