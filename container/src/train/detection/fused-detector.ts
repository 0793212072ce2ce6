import { detectBoxes } from "@sightline/mxnet";
import { appendGraph, type GraphBuilder, type OnnxModel } from "@sightline/onnx";
import type { Head } from "../head.js";
import { VARIANCES } from "./boxes.js";
import { MOST_BOXES, SCORE_THRESHOLD } from "./detect.js";
import { behindMaps, type MapBackbone } from "./feature-maps.js";
import type { LevelHeads } from "./heads.js";
import { allAnchors, type Level } from "./levels.js";

/** Output of the fused model: float32 [N, rows, 6] of class, score, left, top, right, bottom; class -1 is no box. */
export const DETECTION = "detection";

/** What is put behind the backbone. */
export interface DetectorParts {
  readonly heads: readonly LevelHeads[];
  /** Without the background. */
  readonly classes: number;
  readonly nmsThreshold: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One ONNX model of backbone, heads, decoding and suppression: RGB pixels of 0 to 255 in, boxes out. */
export function fuseDetector(backbone: MapBackbone, parts: DetectorParts): OnnxModel {
  const { model, levels } = backbone;
  const { classes, nmsThreshold } = parts;
  const { g, maps, connect } = behindMaps(backbone);
  const scores: string[] = [];
  const offsets: string[] = [];
  for (const [index, level] of levels.entries()) {
    const map = maps[index]!;
    const heads = parts.heads[index]!;
    const rows = g.initializer(`rows_${index}`, [3], BigInt64Array.of(0n, -1n, BigInt(classes + 1)));
    scores.push(g.node("Reshape", [cells(g, map, `classes_${index}`, heads.classes, level), rows]));
    offsets.push(g.node("Flatten", [cells(g, map, `offsets_${index}`, heads.offsets, level)], { axis: 1 }));
  }
  const probabilities = g.node("Softmax", [g.node("Concat", scores, { axis: 1 })], { axis: 2 });
  const { name, rows } = detectBoxes(
    g,
    {
      probabilities: g.node("Transpose", [probabilities], { perm: [0, 2, 1] }),
      offsets: g.node("Concat", offsets, { axis: 1 }),
      anchors: allAnchors(levels),
      classes,
    },
    { threshold: SCORE_THRESHOLD, nmsThreshold, nmsTopK: MOST_BOXES, variances: VARIANCES },
  );
  g.output(g.node("Identity", [name], {}, { output: DETECTION }), "float32", ["N", rows, 6]);
  const fused = appendGraph(model, g.build(), { connect });
  return { ...fused, producerName: "sightline", metadata: { ...parts.metadata } };
}

/** A head's outputs [N, height, width, outputs]: a 3 x 3 convolution, whose zeros beyond the border are the heads' own. */
function cells(g: GraphBuilder, map: string, name: string, head: Head, { channels }: Level): string {
  const weight = new Float32Array(head.weight.length);
  for (let output = 0; output < head.classes; output++) {
    for (let tap = 0; tap < 9; tap++) {
      for (let c = 0; c < channels; c++) {
        weight[(output * channels + c) * 9 + tap] = head.weight[output * head.width + tap * channels + c]!;
      }
    }
  }
  const filters = g.initializer(`${name}/weight`, [head.classes, channels, 3, 3], weight);
  const bias = g.initializer(`${name}/bias`, [head.classes], head.bias);
  const convolved = g.node("Conv", [map, filters, bias], { pads: [1, 1, 1, 1] });
  return g.node("Transpose", [convolved], { perm: [0, 2, 3, 1] });
}
