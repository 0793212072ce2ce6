/** A point of an outline in a unit square whose centre is (0, 0): x and y in [-1, 1], y downwards. */
export type Point = readonly [x: number, y: number];

/** A stroke of a drawing; a closed one may be filled. */
export interface Stroke {
  readonly points: readonly Point[];
  readonly closed: boolean;
}

const polygon = (...points: Point[]): Stroke => ({ points, closed: true });
const line = (...points: Point[]): Stroke => ({ points, closed: false });

function around(count: number, radius: (index: number) => number, startRadians = -Math.PI / 2): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = startRadians + (index * 2 * Math.PI) / count;
    return [radius(index) * Math.cos(angle), radius(index) * Math.sin(angle)] as const;
  });
}

function heart(): Point[] {
  return Array.from({ length: 40 }, (_, index) => {
    const t = (index / 40) * 2 * Math.PI;
    const x = 16 * Math.sin(t) ** 3;
    const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [x / 17, -y / 17] as const;
  });
}

/** What the subjects draw: class name -> strokes. The order is the order of the classes. */
export const shapes: Readonly<Record<string, readonly Stroke[]>> = {
  arrow: [
    polygon([-0.95, -0.25], [0.15, -0.25], [0.15, -0.7], [0.95, 0], [0.15, 0.7], [0.15, 0.25], [-0.95, 0.25]),
  ],
  circle: [{ points: around(36, () => 0.88), closed: true }],
  cross: [line([-0.8, -0.8], [0.8, 0.8]), line([0.8, -0.8], [-0.8, 0.8])],
  heart: [{ points: heart(), closed: true }],
  house: [
    polygon([-0.75, 0.9], [-0.75, -0.1], [0, -0.9], [0.75, -0.1], [0.75, 0.9]),
    line([-0.2, 0.9], [-0.2, 0.3], [0.25, 0.3], [0.25, 0.9]),
  ],
  stairs: [
    line(
      [-0.9, 0.8],
      [-0.4, 0.8],
      [-0.4, 0.3],
      [0.05, 0.3],
      [0.05, -0.2],
      [0.5, -0.2],
      [0.5, -0.75],
      [0.95, -0.75],
    ),
  ],
  star: [{ points: around(10, (index) => (index % 2 === 0 ? 0.98 : 0.42)), closed: true }],
  triangle: [polygon([0, -0.9], [0.92, 0.75], [-0.92, 0.75])],
};
