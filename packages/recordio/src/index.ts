// List and split: which images, with which labels, in which part.
export type { BoxNames, ImageList, ListEntry } from "./list/image-list.js";
export type { PictureFrame } from "./image/picture-frame.js";
export {
  IM2REC_EXTENSIONS,
  IMAGE_EXTENSIONS,
  type ListImagesOptions,
  listImages,
} from "./list/list-images.js";
export {
  type ListFromTableOptions,
  listFromCsv,
  listFromJsonLines,
  listFromRows,
  type TableColumns,
  type TableRow,
} from "./list/list-from-table.js";
export type { BoxFormat } from "./boxes/annotation.js";
export type { DrawnOn } from "./boxes/drawn-on.js";
export { type BoxList, type ListFromBoxesOptions, listFromBoxes } from "./boxes/list-from-boxes.js";
export {
  formatListFile,
  parseListFile,
  type ReadListOptions,
  readListFile,
  writeListFile,
} from "./list/list-file.js";
export { apportion, type SplitOptions, sampleList, shardList, splitList } from "./list/split-list.js";
export { PythonRandom } from "./list/python-random.js";

// Pack: images to records.
export { packRecordIO } from "./pack/pack-record-io.js";
export type {
  PackEvent,
  PackNote,
  PackOptions,
  PackProgress,
  PackReport,
  PackResult,
} from "./pack/pack-options.js";
export type { BoxReport } from "./boxes/box-report.js";
export type { BoxNote } from "./boxes/place-boxes.js";
export type { ImageRecipe, ResizeMode } from "./image/image-recipe.js";
export type { LongWork } from "@sightline/foundation/long-work";

// Read: records from files, FIFOs and streams, in order or by id.
export { readRecords } from "./read/read-records.js";
export { type ReadOptions, readRawRecords } from "./read/read-raw-records.js";
export { RecordFile } from "./read/record-file.js";
export type { RecordSource } from "./read/record-source.js";
export { type DecodedJpeg, decodeJpeg } from "./image/decode-jpeg.js";
export { decodeResizedJpeg } from "./image/decode-resized-jpeg.js";

// Write: records one by one, and whole files from others.
export { RecordWriter } from "./write/record-writer.js";
export { rebuildIndex } from "./write/rebuild-index.js";
export { type ExtractOptions, extractRecords } from "./write/extract-records.js";
export { type MergeOptions, mergeRecords, relabelRecords } from "./write/transform-records.js";

// Check and describe: what a file holds, and what is wrong with it.
export {
  type VerifyOptions,
  type VerifyProblem,
  type VerifyResult,
  verifyRecordIO,
} from "./verify/verify-record-io.js";
export { type RecordIOInfo, recordIOInfo } from "./verify/record-io-info.js";
export { type InfoPageOptions, recordIOInfoPage } from "./verify/info-page.js";

// SageMaker: checks before a job is paid for, augmented manifests.
export { type PreflightResult, preflight } from "./sagemaker/preflight.js";
export type {
  ClassificationOptions,
  DetectionOptions,
  PreflightOptions,
  PreflightProblem,
} from "./sagemaker/preflight-options.js";
export {
  type AugmentedManifestOptions,
  type ImageLabelPair,
  type PairReadOptions,
  readImageLabelPairs,
  writeAugmentedManifest,
} from "./sagemaker/augmented-manifest.js";

// im2rec's lists, byte for byte.
export type { Im2recArgs } from "./im2rec/im2rec-args.js";
export { type Im2recLists, makeIm2recLists, type NamedList } from "./im2rec/make-lists.js";

// Formats: frames, headers, labels and indexes as bytes and lines.
export { frameRecord, MAX_PAYLOAD_BYTES, RECORD_MAGIC } from "./format/framing.js";
export {
  decodeImagePayload,
  encodeImagePayload,
  type ImageRecord,
  type IRHeader,
  type RecordLabels,
} from "./format/ir-header.js";
export { type RawRecord, RecordParser, type RecordParserOptions } from "./format/record-parser.js";
export { type IndexEntry, indexLine, parseIndex, readIndexFile } from "./format/index-file.js";
export { type BoxLabels, boxesOf } from "./format/box-labels.js";
export {
  type DetectionLabel,
  type DetectionObject,
  decodeDetectionLabel,
  encodeDetectionLabel,
} from "./format/detection-label.js";

// RecordIO-protobuf, for the algorithms that are not about images.
export {
  decodeProtobufRecord,
  encodeProtobufRecord,
  type ProtobufRecord,
  type RecordValue,
  type SparseShape,
} from "./protobuf/protobuf-record.js";
export { readProtobufRecords } from "./protobuf/read-protobuf-records.js";

// Errors.
export {
  CorruptRecordError,
  ImageError,
  type ImageProblem,
  ListError,
  OutputBusyError,
  RecordIOError,
} from "./errors.js";
