// Sends mutated pictures and other bodies with every kind of content type to /invocations, and tells whether serve held:
// every request answered in time, no process but killed hosts ended, memory bounded.
//   node bench/fuzz.mjs --model FOLDER [--images FOLDER] [--seconds 600] [--seed 1] [--callers 8] [--memory-mib 1024]
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { residentBytes } from "./resident.mjs";
import { startServe } from "./start-serve.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    images: { type: "string" },
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" },
    callers: { type: "string", default: "8" },
    "memory-mib": { type: "string", default: "1024" },
  },
});
if (!values.model) {
  console.error(
    "usage: node bench/fuzz.mjs --model FOLDER [--images FOLDER] [--seconds N] [--seed N] [--callers N]",
  );
  process.exit(2);
}

/** A caller that is not answered within this has found a hang: the limit of a picture and some. */
const LATE_MS = 65_000;
const TYPES = [
  "application/x-image",
  "image/jpeg",
  "image/png",
  "image/svg+xml",
  "image/*",
  "application/octet-stream",
  "application/json",
  "application/jsonlines",
  "application/x-recordio",
  "text/csv",
  "multipart/form-data; boundary=x",
  "video/mp4",
  "IMAGE/JPEG; charset=utf-8",
  "",
  "nonsense",
  "a".repeat(4000),
];
const ACCEPTS = [
  "",
  "*/*",
  "application/json",
  "application/jsonlines",
  "text/csv",
  "image/png",
  ";q=,",
  "text/html;q=0.5",
];

// mulberry32: the same seed sends the same bodies.
let state = Number(values.seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (count) => Math.floor(random() * count);
const pick = (list) => list[below(list.length)];

const seeds = await seedPictures();
const limit = Number(values["memory-mib"]) * 2 ** 20;
let log = "";
const env = { SIGHTLINE_MEMORY_BYTES: String(limit) };
const serve = await startServe(values.model, env, (text) => (log += text));
const { server, port } = serve;
let ended;
void serve.ended.then((code) => {
  ended = code;
});

const counts = {};
const count = (name) => (counts[name] = (counts[name] ?? 0) + 1);
const before = residentBytes(server.pid);
let most = before;
let slowestMs = 0;
const until = performance.now() + Number(values.seconds) * 1000;
const watch = setInterval(() => {
  most = Math.max(most, residentBytes(server.pid));
  void outcome("/ping", "GET", {}, undefined).then((status) => count(`ping ${status}`));
}, 1000);
await Promise.all(Array.from({ length: Number(values.callers) }, caller));
clearInterval(watch);
const good = await outcome("/invocations", "POST", { "content-type": "image/jpeg" }, seeds[0]);
server.kill("SIGTERM");
await serve.ended;

const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const restarts = log.split("\n").filter((line) => line.includes("Inference host")).length;
console.log(`seed ${values.seed}, ${values.seconds} s, ${values.callers} callers`);
for (const [name, number] of Object.entries(counts).sort()) console.log(`  ${name}: ${number}`);
console.log(`slowest answer ${slowestMs.toFixed(0)} ms; hosts replaced ${restarts}`);
console.log(`memory ${mib(before)} before, ${mib(most)} at most of ${mib(limit)}`);
console.log(`a good picture afterwards: ${good}; serve ended with ${ended}`);
const wrong = Object.keys(counts).filter((name) => / (late|500)$/.test(name));
const held = good === 200 && ended === 0 && wrong.length === 0 && most <= limit;
console.log(held ? "held" : `did not hold:\n${log.slice(-4000)}`);
process.exit(held ? 0 : 1);

async function caller() {
  while (performance.now() < until && ended === undefined) {
    if (random() < 0.02) {
      await leaveHalfway();
      continue;
    }
    const body = random() < 0.1 ? junk() : mutate(pick(seeds));
    // Said for GET and HEAD too: without it their body would be read as the next request.
    const headers = { "content-length": body.length };
    const type = pick(TYPES);
    if (type) headers["content-type"] = type;
    const accept = pick(ACCEPTS);
    if (accept) headers.accept = accept;
    const path =
      random() < 0.02
        ? pick(["/", "/models", "/invocations?x=1", "/execution-parameters", "/%00"])
        : "/invocations";
    const started = performance.now();
    const status = await outcome(
      path,
      random() < 0.02 ? pick(["GET", "PUT", "HEAD"]) : "POST",
      headers,
      body,
    );
    slowestMs = Math.max(slowestMs, performance.now() - started);
    count(path === "/invocations" ? `invocation ${status}` : `${path} ${status}`);
  }
}

/** Status of an answer, "late" without one in time, or the error's code. */
function outcome(path, method, headers, body) {
  return new Promise((done) => {
    const call = request({ port, path, method, headers, timeout: LATE_MS }, (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode));
      response.once("error", (error) => done(error.code));
    });
    call.once("timeout", () => {
      done("late");
      call.destroy();
    });
    call.once("error", (error) => done(error.code));
    call.end(body);
  });
}

/** Declares more than it sends, then goes. */
function leaveHalfway() {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: image/jpeg\r\ncontent-length: ${1 + below(1e8)}\r\n\r\n`,
      );
      socket.write(pick(seeds).subarray(0, 1000), () => socket.destroy());
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      count("left halfway");
      done();
    });
  });
}

function junk() {
  const bytes = Buffer.alloc(below(3000));
  for (let i = 0; i < bytes.length; i++) bytes[i] = below(256);
  return random() < 0.3 ? Buffer.from('{"input":"s3://a/b","options":{"confidence":2}}') : bytes;
}

/** Flipped bits, changed bytes, sizes set to extremes, pieces cut, doubled, filled or exchanged with another picture's. */
function mutate(seed) {
  let bytes = Buffer.from(seed);
  for (let n = below(6); n > 0 && bytes.length > 8; n--) {
    const at = below(random() < 0.5 ? Math.min(200, bytes.length) : bytes.length);
    const length = 1 + below(Math.min(64, bytes.length - at));
    const kind = below(7);
    if (kind === 0) bytes[at] ^= 1 << below(8);
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2 && at + 4 <= bytes.length)
      bytes.writeUInt32BE(pick([0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff]), at);
    else if (kind === 3) bytes = bytes.subarray(0, at);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else if (kind === 5) bytes.fill(pick([0, 0xff]), at, at + length);
    else bytes = Buffer.concat([bytes.subarray(0, at), pick(seeds).subarray(at)]);
  }
  return bytes;
}

/** Small pictures of every format and form, and those of a folder. */
async function seedPictures() {
  const [width, height] = [64, 48];
  const pixels = Buffer.from(Array.from({ length: width * height * 3 }, () => below(256)));
  const draw = () => sharp(pixels, { raw: { width, height, channels: 3 } });
  const made = [
    draw().jpeg(),
    draw().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
    draw().toColourspace("cmyk").jpeg(),
    draw().withMetadata({ orientation: 6 }).jpeg(),
    draw().png(),
    draw().ensureAlpha(0.5).png({ progressive: true }),
    draw().png({ palette: true }),
    draw().toColourspace("rgb16").png(),
    draw().webp(),
    draw().webp({ lossless: true }),
    draw().gif(),
    draw().tiff({ compression: "lzw" }),
    draw().tiff({ compression: "jpeg", tile: true }),
    draw().avif(),
  ];
  const pictures = await Promise.all(made.map((picture) => picture.toBuffer()));
  pictures.push(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="9" height="9"/></svg>',
    ),
  );
  if (!values.images) return pictures;
  for (const name of (await readdir(values.images, { recursive: true })).sort()) {
    if (!/\.(jpe?g|png|webp|gif|tiff?|svg)$/i.test(name)) continue;
    const bytes = await readFile(join(values.images, name));
    if (bytes.length < 300_000) pictures.push(bytes);
  }
  return pictures;
}
