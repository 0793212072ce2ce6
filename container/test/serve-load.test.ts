import { readdir, readFile } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { getPriority } from "node:os";
import { isRunning } from "@sightline/foundation/is-running";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLOURS, layOutColourModel, paint } from "./support/colour-model.js";
import { classify, refusal, send } from "./support/invoke.js";
import { removeJob } from "./support/job-folder.js";
import { childrenOf } from "./support/program.js";
import { servers } from "./support/servers.js";
import { waitUntil } from "./support/wait-until.js";

let root: string;
let pictures: Buffer[];
const { serve } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));

beforeAll(async () => {
  root = await layOutColourModel();
  pictures = await Promise.all(Array.from({ length: 30 }, (_, i) => paint(COLOURS[i % 3]!)));
});
afterAll(() => removeJob(root));

/** Classifies all pictures at once; each answer must be that of its own picture. */
async function classifyAll(url: string): Promise<void> {
  const answers = await Promise.all(pictures.map((picture) => classify(url, picture)));
  expect(answers.map((answer) => answer.indexOf(Math.max(...answer)))).toEqual(pictures.map((_, i) => i % 3));
}

const ping = async (url: string): Promise<number> => (await fetch(`${url}/ping`)).status;

describe("serve under load", () => {
  it("answers 503 with Retry-After when the queue is full, and pings all the while", async () => {
    const { url } = await serve({ SIGHTLINE_MAX_QUEUE: "4" });
    const flood = Promise.all(Array.from({ length: 60 }, (_, i) => send(url, pictures[i % 30]!)));
    expect(await ping(url)).toBe(200);
    const answers = await flood;
    const full = answers.filter(({ status }) => status === 503);
    expect(full.length).toBeGreaterThan(0);
    expect(full.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60 - full.length);
    expect(60 - full.length).toBeGreaterThanOrEqual(4);
    expect((await send(url, pictures[0]!)).status).toBe(200);
  });

  it.skipIf(process.platform === "win32")("answers callers before it looks at pictures", async () => {
    const { url, process: server } = await serve();
    await classifyAll(url);
    const hosts = await childrenOf(server.pid!);
    expect(hosts.length).toBeGreaterThan(0);
    const least = Math.max(10, getPriority(server.pid));
    for (const pid of hosts) {
      // On Linux each thread has its own: a picture may be decoded in any.
      const threads = process.platform === "linux" ? await readdir(`/proc/${pid}/task`) : [pid];
      for (const thread of threads) expect(getPriority(Number(thread))).toBeGreaterThanOrEqual(least);
    }
    expect(getPriority(server.pid)).toBe(getPriority());
  });

  it("refuses with 503 the bodies that its memory does not hold, before it takes them", async () => {
    const { url, output } = await serve({
      SIGHTLINE_MEMORY_BYTES: String(380 * 2 ** 20),
      SIGHTLINE_MAX_PAYLOAD_BYTES: String(2 ** 30),
    });
    const free = Number(/processes; (\d+) of/.exec(output())![1]);
    // One such body fits, two do not.
    const size = Math.floor(free * 0.6) * 2 ** 20;
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const post = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const headers = { "content-type": "image/png", "content-length": size };
        const upload = request(`${url}/invocations`, { method: "POST", headers }, resolve);
        upload.on("error", reject);
        upload.write(pictures[0]!);
        void finished.then(() => upload.end(Buffer.alloc(size - pictures[0]!.length)));
      });
    const first = post();
    const answers = [first, post(), post(), post()];
    const refused = await Promise.race(answers);
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "1"]);
    finish();
    const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode).sort();
    // Bytes behind the picture's end harm nobody, but the copies that decoding needs are not there either.
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(3);
    await classifyAll(url);
  });

  it("refuses with 503 a picture whose decoding its memory does not hold, and answers smaller ones", async () => {
    const { url, output } = await serve({ SIGHTLINE_MEMORY_BYTES: String(380 * 2 ** 20) });
    const free = Number(/processes; (\d+) of/.exec(output())![1]);
    const side = Math.ceil(Math.sqrt((free * 2 ** 20) / 10)) + 100;
    const interlaced = await (await import("sharp"))
      .default({ create: { width: side, height: side, channels: 3, background: "#f00" } })
      .png({ progressive: true })
      .toBuffer();
    const answers = await Promise.all([send(url, interlaced), send(url, pictures[0]!)]);
    expect(await refusal(answers[0])).toEqual([503, "Busy"]);
    expect(answers[1].status).toBe(200);
    // Row by row the same picture takes a tenth.
    expect((await send(url, await paint("red", "png", side, side))).status).toBe(200);
  });

  it("loses no request when an inference process is killed, and starts another", async () => {
    const { url, process: server, output } = await serve({ SIGHTLINE_WORKERS: "2" });
    const before = await childrenOf(server.pid!);
    expect(before).toHaveLength(2);
    const work = classifyAll(url);
    process.kill(before[0]!, "SIGKILL");
    await work;
    let after: number[] = [];
    await waitUntil(async () => {
      after = await childrenOf(server.pid!);
      return after.length === 2 && !after.includes(before[0]!);
    });
    expect(output()).toMatch(/was ended by SIGKILL/);
  });

  it("answers every request when all inference processes hang at their work", async () => {
    // One: "Ready" is said when the first is loaded, and a second could be stopped while it still loads.
    const { url, process: server, output } = await serve({ SAGEMAKER_MODEL_SERVER_TIMEOUT: "1" });
    for (const pid of await childrenOf(server.pid!)) process.kill(pid, "SIGSTOP");
    await classifyAll(url);
    expect(output()).toMatch(/said nothing for 1 s and was killed, with \d+ pictures in work/);
    expect(await ping(url)).toBe(200);
  });

  it("says 503 to /ping when no inference process answers any more, and 200 when others do", async () => {
    const { url, process: server } = await serve();
    const [stopped] = await childrenOf(server.pid!);
    process.kill(stopped!, "SIGSTOP");
    await waitUntil(async () => (await ping(url)) === 503);
    await waitUntil(async () => (await ping(url)) === 200);
    expect(await childrenOf(server.pid!)).not.toContain(stopped);
    await classifyAll(url);
  });

  it.runIf(process.platform === "linux")("offers its inference processes to the system first", async () => {
    const { process: server } = await serve();
    const score = (pid: number): Promise<string> => readFile(`/proc/${pid}/oom_score_adj`, "utf8");
    for (const pid of await childrenOf(server.pid!)) expect(await score(pid)).toBe("1000\n");
    expect(await score(server.pid!)).not.toBe("1000\n");
  });
});

describe("serve, stopping", () => {
  it("finishes what is in work on SIGTERM, then ends with all its processes", async () => {
    const program = await serve();
    const children = await childrenOf(program.process.pid!);
    const work = pictures.map((picture) => send(program.url, picture));
    // The first answer shows that the others have been taken.
    await Promise.race(work);
    program.process.kill("SIGTERM");
    const statuses = (await Promise.all(work)).map(({ status }) => status);
    expect(statuses.every((status) => status === 200)).toBe(true);
    expect(await program.ended, program.output()).toBe(0);
    await expect(fetch(`${program.url}/ping`)).rejects.toThrow();
    expect(children.filter(isRunning)).toEqual([]);
  });

  it("tells every kept-alive caller that its connection ends, and loses none of their requests", async () => {
    const program = await serve();
    let answered = 0;
    // Each sends one request after the other on its own connection, until it is told that the connection ends.
    const callers = Array.from({ length: 16 }, async (_, i) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (;;) {
        const { statusCode, headers } = await post(program.url, pictures[i]!, agent);
        expect(statusCode).toBe(200);
        answered += 1;
        if (headers.connection === "close") return;
      }
    });
    await waitUntil(() => answered > 64);
    program.process.kill("SIGTERM");
    await Promise.all(callers);
    expect(await program.ended, program.output()).toBe(0);
  });

  it("leaves no process behind when it is killed", async () => {
    const program = await serve();
    const children = await childrenOf(program.process.pid!);
    program.process.kill("SIGKILL");
    await program.ended;
    await waitUntil(() => !children.some(isRunning));
  });
});

function post(url: string, body: Uint8Array, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-image", "content-length": body.byteLength };
    const call = request(`${url}/invocations`, { method: "POST", headers, agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response));
    });
    call.once("error", reject);
    call.end(body);
  });
}
