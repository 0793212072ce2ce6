/** What can be drawn, and the order that `annotate` is best written in: what hides goes first. */
export const annotationKinds = [
  "blur",
  "pixelate",
  "heat-map",
  "mask",
  "polygon",
  "box",
  "corner",
  "ellipse",
  "pose",
  "trace",
  "label",
] as const;

/**
 * One thing to draw:
 * - `blur`, `pixelate`: make what is inside the box unreadable (privacy);
 * - `heat-map`: where objects have been so far;
 * - `mask`, `polygon`: the instance mask filled, its outline (the box where there is no mask);
 * - `box`, `corner`, `ellipse`: the box, its corners only, an ellipse at its foot; rotated boxes as they lie;
 * - `pose`: keypoints, and COCO's skeleton for 17 of them;
 * - `trace`: the way a tracked object came;
 * - `label`: class name, track id and confidence.
 */
export type AnnotationKind = (typeof annotationKinds)[number];

/** How frames are marked up. */
export interface AnnotationStyle {
  /** What to draw, in this order. Default `["mask", "box", "label"]`; masks appear where the model gives them. */
  readonly annotate?: readonly AnnotationKind[];
  /** Colours as #rrggbb, taken in turn by class id (or track id). Default: 16 colours far apart. */
  readonly palette?: readonly string[];
  /** Colours of single classes by name, as #rrggbb; they win over the palette. */
  readonly classColors?: Readonly<Record<string, string>>;
  /** What the palette goes by. Default `class`. */
  readonly colorBy?: "class" | "track";
  /** Line width in pixels. Default: 2 up to 800 rows, then 2 more for each further 540. */
  readonly thickness?: number;
  /** Em of the label text in pixels. Default: a 40th of the shorter side, at least 12. */
  readonly textSize?: number;
  /** Write the confidence on labels. Default true. */
  readonly confidence?: boolean;
  /** Write the track id on labels. Default true. */
  readonly trackIds?: boolean;
  /** Opacity of filled masks, 0 to 1. Default 0.45. */
  readonly maskOpacity?: number;
  /** Opacity of the hottest place of the heat map, 0 to 1. Default 0.6. */
  readonly heatOpacity?: number;
  /** Seconds of the way that a trace shows. Default 2. */
  readonly traceSeconds?: number;
  /** Side of a pixelated cell as a share of the box's shorter side, 0 to 1. Default 0.12. */
  readonly pixelateCell?: number;
  /** Radius of the blur as a share of the box's shorter side, 0 to 1. Default 0.15. */
  readonly blurRadius?: number;
  /** Only these classes, by name, are blurred and pixelated. Default: all. */
  readonly hideClasses?: readonly string[];
}
