import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes the shortest program that reads all files and writes them behind each other: what a command of Node.js cannot go
 * below.
 * No header, no index, no list, nothing that could be gone on with.
 *
 * @param program where it is put
 * @returns `program`
 */
export async function writeBytesAlone(program: string, photos: string, output: string): Promise<string> {
  await writeFile(
    program,
    `const fs = require("node:fs");
fs.mkdirSync(${JSON.stringify(output)});
const out = fs.openSync(${JSON.stringify(join(output, "x"))}, "w");
const gathered = Buffer.allocUnsafeSlow(1 << 20);
let length = 0;
const flush = () => fs.writeSync(out, gathered, 0, length);
const walk = (folder) => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = folder + "/" + entry.name;
    if (entry.isDirectory()) {
      walk(path);
      continue;
    }
    const file = fs.openSync(path, "r");
    const { size } = fs.fstatSync(file);
    if (length + size > gathered.length) {
      flush();
      length = 0;
    }
    length += fs.readSync(file, gathered, length, size, null);
    fs.closeSync(file);
  }
};
walk(${JSON.stringify(photos)});
flush();
process.exit();
`,
  );
  return program;
}
