/** A class of a picture. */
export interface RankedClass {
  /** Index into the model's labels, from 0. */
  readonly classId: number;
  readonly className: string;
  /** What the model gives the class: a probability, or a value of another range where its activation is `none`. */
  readonly score: number;
}

/** The `count` classes with the highest scores, best first; of equal ones that with the lower id first. */
export function bestClasses(scores: Float32Array, labels: readonly string[], count: number): RankedClass[] {
  return Array.from(scores, (score, classId) => ({ classId, className: labels[classId]!, score }))
    .sort((a, b) => b.score - a.score || a.classId - b.classId)
    .slice(0, count);
}

/** `id,name,score` of each, in one row (RFC 4180). */
export function csvOf(classes: readonly RankedClass[]): string {
  const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return classes.map(({ classId, className, score }) => `${classId},${field(className)},${score}`).join(",");
}
