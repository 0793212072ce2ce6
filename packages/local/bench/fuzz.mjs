// Sends wrong requests of every kind to the local S3 and SageMaker, and tells whether the server held: every request
// answered or its connection closed in time, no internal error, memory bounded, and the server well at the end.
//   node bench/fuzz.mjs [--seconds 600] [--seed 1] [--callers 6]      (build first)
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { requestsOf, signer, strict } from "./fuzz-requests.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" },
    callers: { type: "string", default: "6" },
  },
});
/** A request that is neither answered nor closed within this has found a hang. */
const LATE_MS = 60_000;

const folder = mkdtempSync(path.join(os.tmpdir(), "sightline-fuzz-"));
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const server = spawn(process.execPath, [cli, "start", "--port", "0", "--state", folder, "--json"], {
  stdio: ["ignore", "pipe", "pipe"],
});
const log = [];
createInterface({ input: server.stderr }).on("line", (line) => log.push(line));
const ready = await new Promise((resolve) => createInterface({ input: server.stdout }).once("line", resolve));
const { url, region, env } = JSON.parse(ready);
const { port } = new URL(url);
let ended;
server.once("exit", (code, signal) => {
  ended = `${code ?? signal}`;
});

const counts = {};
const count = (name) => {
  counts[name] = (counts[name] ?? 0) + 1;
};
const faults = [];
let slowestMs = 0;
/** Sends one request; resolves when it is answered or its connection closed. */
function send({ method, path: rawPath, query, headers, body, breakOff }) {
  return new Promise((resolve) => {
    const target =
      query.length === 0
        ? rawPath
        : `${rawPath}?${query.map(([n, v]) => `${strict(n)}=${strict(v)}`).join("&")}`;
    const late = setTimeout(() => finish("HANG"), LATE_MS);
    const finish = (outcome, text = "") => {
      clearTimeout(late);
      request?.destroy();
      resolve({ outcome, text });
    };
    let request;
    try {
      request = http.request(
        { port, host: "127.0.0.1", method, path: target, headers, agent: false },
        (response) => {
          let text = "";
          response.on("data", (piece) => {
            if (text.length < 500) text += piece;
          });
          response.once("end", () => finish(response.statusCode, text));
          response.once("error", () => finish("closed"));
        },
      );
    } catch {
      // A header that node's own client refuses.
      finish("not sent");
      return;
    }
    request.once("error", () => finish("closed"));
    if (breakOff) {
      request.write(body.subarray(0, body.length >> 1));
      request.once("socket", (socket) => socket.once("connect", () => setImmediate(() => request.destroy())));
    } else request.end(body);
  });
}

/** Sends bytes that are no HTTP. */
function sendRaw(bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.end(bytes));
    let outcome = "closed";
    const late = setTimeout(() => {
      outcome = "HANG";
      socket.destroy();
    }, LATE_MS);
    socket.resume();
    socket.once("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(late);
      resolve({ outcome, text: "" });
    });
  });
}

async function caller({ next }, until) {
  while (Date.now() < until && ended === undefined) {
    const { name, request, bytes } = next();
    const started = performance.now();
    const { outcome, text } = await (request === undefined ? sendRaw(bytes) : send(request));
    slowestMs = Math.max(slowestMs, performance.now() - started);
    count(`${name} ${outcome}`);
    const fault = outcome === "HANG" || outcome === 500 || (outcome >= 502 && outcome !== 503);
    if (fault && faults.length < 20) {
      faults.push({
        outcome,
        method: request?.method,
        path: request?.path.slice(0, 200),
        query: request?.query,
        headers: request?.headers,
        body: String(request?.body).slice(0, 300),
        text,
      });
    }
  }
}

const memory = (name) =>
  Math.round(
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) /
      1024,
  );
const sign = signer(port, region, env);
const plain = async (method, rawPath) => {
  const request = { method, path: rawPath, query: [], headers: {} };
  return send({ ...request, headers: sign("s3", request, "UNSIGNED-PAYLOAD"), body: Buffer.alloc(0) });
};
try {
  for (const bucket of ["fuzz-a", "fuzz-b"]) await plain("PUT", `/${bucket}`);
  const idle = memory("VmRSS");
  const until = Date.now() + Number(values.seconds) * 1000;
  const seed = Number(values.seed);
  await Promise.all(
    Array.from({ length: Number(values.callers) }, (_, index) =>
      caller(requestsOf(seed * 1000 + index, { port, region, env }), until),
    ),
  );
  const well = ended === undefined && (await plain("GET", "/")).outcome === 200;
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  console.log(
    `${total} requests with seed ${seed} in ${values.seconds} s, the slowest ${slowestMs.toFixed(0)} ms`,
  );
  for (const [name, n] of Object.entries(counts).sort()) console.log(`  ${name.padEnd(16)} ${n}`);
  console.log(
    ended === undefined
      ? `resident: ${idle} MiB idle, ${memory("VmHWM")} MiB at most, ${memory("VmRSS")} MiB at the end`
      : `the server ended: ${ended}`,
  );
  console.log(`log lines of the server: ${log.length}`);
  for (const line of log.slice(0, 10)) console.log(`  ${line.slice(0, 300)}`);
  for (const fault of faults) console.log(JSON.stringify(fault));
  console.log(well && faults.length === 0 ? "held" : "DID NOT HOLD");
  process.exitCode = well && faults.length === 0 ? 0 : 1;
} finally {
  server.kill("SIGTERM");
  if (ended === undefined) await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
