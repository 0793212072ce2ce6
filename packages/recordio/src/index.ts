// Read

// Errors
export {
  CorruptRecordError,
  ImageError,
  type ImageProblem,
  ListError,
  OutputBusyError,
  RecordIOError,
} from "./errors.js";
// Formats
export { frameRecord, MAX_PAYLOAD_BYTES, RECORD_MAGIC } from "./format/framing.js";
export {
  decodeImagePayload,
  encodeImagePayload,
  type ImageRecord,
  type IRHeader,
} from "./format/ir-header.js";
export { type RawRecord, RecordParser, type RecordParserOptions } from "./format/record-parser.js";
// im2rec's lists
export { type Im2recLists, makeIm2recLists, type NamedList } from "./im2rec/make-lists.js";
// Pack
export type { ImageRecipe, ResizeMode } from "./image/image-recipe.js";
// List and split
export type { ImageList, ListEntry } from "./list/image-list.js";
export { type IndexEntry, indexLine, parseIndex, readIndexFile } from "./format/index-file.js";
export {
  formatListFile,
  parseListFile,
  type ReadListOptions,
  readListFile,
  writeListFile,
} from "./list/list-file.js";
export {
  type ListFromTableOptions,
  listFromCsv,
  listFromJsonLines,
  listFromRows,
  type TableColumns,
  type TableRow,
} from "./list/list-from-table.js";
export {
  IM2REC_EXTENSIONS,
  IMAGE_EXTENSIONS,
  type ListImagesOptions,
  listImages,
} from "./list/list-images.js";
export { PythonRandom } from "./list/python-random.js";
export { rebuildIndex } from "./write/rebuild-index.js";
export { apportion, type SplitOptions, sampleList, shardList, splitList } from "./list/split-list.js";
export type {
  PackEvent,
  PackNote,
  PackOptions,
  PackProgress,
  PackReport,
  PackResult,
} from "./pack/pack-options.js";
export { packRecordIO } from "./pack/pack-record-io.js";
// RecordIO-protobuf
export {
  decodeProtobufRecord,
  encodeProtobufRecord,
  type ProtobufRecord,
  type RecordValue,
  type SparseShape,
} from "./protobuf/protobuf-record.js";
export { readProtobufRecords } from "./protobuf/read-protobuf-records.js";
export { type ReadOptions, readRawRecords } from "./read/read-raw-records.js";
export { readRecords } from "./read/read-records.js";
export { RecordFile } from "./read/record-file.js";
export type { RecordSource } from "./read/record-source.js";
// SageMaker
export {
  type AugmentedManifestOptions,
  type ImageLabelPair,
  type PairReadOptions,
  readImageLabelPairs,
  writeAugmentedManifest,
} from "./sagemaker/augmented-manifest.js";
export {
  type PreflightOptions,
  type PreflightProblem,
  type PreflightResult,
  preflight,
} from "./sagemaker/preflight.js";
export { type InfoPageOptions, recordIOInfoPage } from "./verify/info-page.js";
// Check and describe
export { type RecordIOInfo, recordIOInfo } from "./verify/record-io-info.js";
export {
  type VerifyOptions,
  type VerifyProblem,
  type VerifyResult,
  verifyRecordIO,
} from "./verify/verify-record-io.js";
// Write
export { RecordWriter } from "./write/record-writer.js";
export {
  type ExtractOptions,
  extractRecords,
  type MergeOptions,
  mergeRecords,
  relabelRecords,
} from "./write/transform-records.js";
