import { writeFile } from "node:fs/promises";

/** How often a file is read by one process: the start of Node.js is not what is measured. */
export const PASSES = 6;

/**
 * Writes a program that reads a whole file, again and again, and drops it.
 *
 * @param program where it is put
 * @returns `program`
 */
export async function writeReader(
  program: string,
  library: string,
  rec: string,
  options: object,
): Promise<string> {
  await writeFile(
    program,
    `import { readRecords } from ${JSON.stringify(library)};
let records = 0;
for (let pass = 0; pass < ${PASSES}; pass++) {
  for await (const { image } of readRecords(${JSON.stringify(rec)}, ${JSON.stringify(options)})) {
    if (image.length > 0) records++;
  }
}
if (records === 0) throw new Error("nothing read");
`,
  );
  return program;
}
