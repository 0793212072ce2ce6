import type { Command } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { verifyRecordIO } from "../../verify/verify-record-io.js";

/** `recordio verify`. */
export const verifyCommand: Command = {
  help: `recordio verify: check a .rec to its last byte, against its .idx and .lst

Usage: recordio verify FILE.rec [options]

Checks framing, headers, that every image decodes to its last pixel, and that .idx and .lst (those beside
it, unless given) have the same ids, offsets, labels and counts. Exit code 1 when anything is wrong.

  --idx FILE, --lst FILE   compare these
  --no-decode              do not decode the images (faster; does not find truncated ones)
  --json                   the result as JSON

Example:
  recordio verify out/train.rec
`,
  options: {
    idx: { type: "string" },
    lst: { type: "string" },
    "no-decode": { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(positionals, values, io) {
    const [path] = positional(positionals, "FILE.rec") as [string];
    const idxPath = textOption(values, "idx");
    const lstPath = textOption(values, "lst");
    const result = await verifyRecordIO(path, {
      decode: values["no-decode"] !== true,
      signal: io.signal,
      ...(idxPath !== undefined && { idxPath }),
      ...(lstPath !== undefined && { lstPath }),
    });
    if (values.json === true) {
      io.out(`${JSON.stringify(result, undefined, 2)}\n`);
    } else {
      for (const { message, id } of result.problems.slice(0, 50)) {
        io.err(`  ${id === undefined ? "" : `id ${id}: `}${message}\n`);
      }
      if (result.problemCount > 50) io.err(`  and ${result.problemCount - 50} more\n`);
      const verdict = result.problemCount === 0 ? "all well" : `${result.problemCount} problems`;
      io.out(`${path}: ${result.records} records, ${result.bytes} bytes, ${verdict}\n`);
    }
    return result.problemCount === 0 ? 0 : 1;
  },
};
