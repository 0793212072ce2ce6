import { BATCH, type Converter } from "../graph.js";
import { detectBoxes } from "./detect-boxes.js";

/**
 * Boxes from class probabilities `[N, classes + 1, anchors]`, offsets `[N, anchors * 4]` and anchors
 * `[1, anchors, 4]`, which must be constants.
 */
export const multiboxDetection: Converter = (context) => {
  const { settings } = context;
  const [probabilities, offsets, anchors] = [
    context.inputOf(0, 3),
    context.inputOf(1, 2),
    context.inputOf(2, 3),
  ];
  const [classes, count] = [probabilities.shape[1]! - 1, probabilities.shape[2]!];
  if (anchors.constant === undefined) throw context.unsupported("anchors that are computed");
  if (anchors.shape[1] !== count || offsets.shape[1] !== 4 * count) {
    throw context.unsupported(
      `${count} probabilities, ${offsets.shape[1]} offsets and ${anchors.shape[1]} anchors`,
    );
  }
  if (settings.integer("background_id", 0) !== 0) throw context.unsupported("a background_id other than 0");
  const { name, rows } = detectBoxes(
    context.graph,
    { probabilities: probabilities.name, offsets: offsets.name, anchors: anchors.constant, classes },
    {
      threshold: settings.number("threshold", 0.01),
      nmsThreshold: settings.number("nms_threshold", 0.5),
      nmsTopK: settings.integer("nms_topk", -1),
      forceSuppress: settings.flag("force_suppress", false),
      variances: settings.numbers("variances", [0.1, 0.1, 0.2, 0.2]),
      clip: settings.flag("clip", true),
      prefix: context.node.name,
    },
  );
  return { name, shape: [BATCH, rows, 6] };
};
