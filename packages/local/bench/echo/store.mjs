// The least that an object put needs: takes a body, computes the MD5 that is its ETag and the CRC-32 that AWS's clients
// send, and writes it to a new file, which replaces the one before. Checks nothing.
//   node store.mjs FOLDER
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { crc32 } from "node:zlib";

let former;
const server = createServer((request, response) => {
  const file = path.join(process.argv[2], randomUUID());
  const md5 = createHash("md5");
  let crc = 0;
  request.on("data", (piece) => {
    md5.update(piece);
    crc = crc32(piece, crc);
  });
  request.pipe(createWriteStream(file, { highWaterMark: 1 << 20 })).once("finish", () => {
    if (former !== undefined) rmSync(former);
    former = file;
    response.setHeader("etag", md5.digest("hex"));
    response.end(String(crc));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
