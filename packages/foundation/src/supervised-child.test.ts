import { once } from "node:events";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, it, vi } from "vitest";
import { isRunning } from "./is-running.js";
import { type ChildEnd, type ChildOptions, startChild } from "./supervised-child.js";

/** A Node.js child that runs this text, talking over IPC. */
function run(text: string, more: Partial<ChildOptions<unknown>> = {}) {
  const ends: ChildEnd[] = [];
  const messages: unknown[] = [];
  const child = startChild<unknown, unknown>({
    command: [process.execPath, "-e", text],
    stdio: ["ignore", "pipe", "ignore", "ipc"],
    onMessage: (message) => messages.push(message),
    onEnd: (end) => ends.push(end),
    ...more,
  });
  return { child, ends, messages };
}

const echo = "process.on('message', (m) => process.send(m)); process.send('ready')";

it("carries bytes both ways with advanced serialization", async () => {
  const { child, messages } = run(echo, { serialization: "advanced" });
  child.send({ bytes: new Uint8Array([1, 2, 3]) });
  await vi.waitUntil(() => messages.length === 2, { timeout: 10_000 });
  expect(messages[1]).toEqual({ bytes: new Uint8Array([1, 2, 3]) });
  child.kill();
  await child.ended;
});

it("tells how a child ended, once", async () => {
  const { child, ends } = run("process.exit(3)");
  expect(await child.ended).toMatchObject({ code: 3, signal: null, how: "ended with status 3" });
  child.kill("too late");
  await child.end(10);
  expect(ends).toHaveLength(1);
  expect(child.alive).toBe(false);
});

it.runIf(process.platform === "linux")(
  "offers an expendable child to the system when memory runs out",
  async () => {
    const score = (pid: number) => readFileSync(`/proc/${pid}/oom_score_adj`, "utf8").trim();
    const { child } = run(echo, { expendable: true });
    const { child: other } = run(echo);
    expect(score(child.pid!)).toBe("1000");
    expect(score(other.pid!)).toBe(score(process.pid));
    child.kill();
    other.kill();
    await Promise.all([child.ended, other.ended]);
  },
);

it("tells a program that is not there as an end", async () => {
  const { child, ends } = run("", { command: ["/nowhere/program"], stdio: "ignore" });
  expect((await child.ended).how).toContain("ENOENT");
  expect(child.alive).toBe(false);
  expect(ends).toHaveLength(1);
});

it("kills a child that is silent with something to do, also a stopped one", async () => {
  const { child, messages } = run(echo);
  await vi.waitUntil(() => messages.length === 1, { timeout: 10_000 });
  process.kill(child.pid!, "SIGSTOP");
  child.watch(200);
  expect(await child.ended).toMatchObject({
    signal: "SIGKILL",
    how: "said nothing for 0.2 s and was killed",
    ...(process.platform === "linux" && { suspended: true }),
  });
});

it("leaves a child alone that is heard, or has nothing to do any more", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const { child } = run(echo);
    const watchdog = child.watch(1000);
    for (let n = 0; n < 5; n++) {
      vi.advanceTimersByTime(900);
      watchdog.heard();
    }
    expect(child.alive).toBe(true);
    watchdog.stop();
    vi.advanceTimersByTime(10_000);
    expect(child.alive).toBe(true);
    child.kill();
    await child.ended;
  } finally {
    vi.useRealTimers();
  }
});

it("kills a child that does not end when asked", async () => {
  const { child, messages } = run(
    "process.on('SIGTERM', () => {}); process.send('ready'); setInterval(() => {}, 1e6)",
  );
  await vi.waitUntil(() => messages.length === 1, { timeout: 10_000 });
  expect(await child.end(100)).toMatchObject({ signal: "SIGKILL" });
});

it("lets a child end its own way", async () => {
  const { child, messages } = run("process.on('message', () => process.exit(0)); process.send('ready')");
  await vi.waitUntil(() => messages.length === 1, { timeout: 10_000 });
  expect(await child.end(10_000, () => child.send("exit"))).toMatchObject({ code: 0 });
});

it("ends what a child in a group of its own started", async () => {
  const text =
    "const c = require('child_process').spawn('sleep', ['1000']); process.send(c.pid); setInterval(() => {}, 1e6)";
  const { child, messages } = run(text, { ownGroup: true });
  await vi.waitUntil(() => messages.length === 1, { timeout: 10_000 });
  child.kill();
  await child.ended;
  await vi.waitUntil(() => !isRunning(messages[0] as number), { timeout: 10_000 });
});

it("ends its children with its own process", async () => {
  const sources = ["./at-exit.ts", "./supervised-child.ts"].map((file) =>
    readFileSync(new URL(file, import.meta.url), "utf8").replace(/^import .* from "\.\/.*$/gm, ""),
  );
  const { outputText } = ts.transpileModule(sources.join(""), { compilerOptions: { module: 99, target: 9 } });
  const program = `${outputText}
    console.log(startChild({ command: ["sleep", "1000"], stdio: "ignore" }).pid);
    process.exit(0);`;
  const { child } = run("", { command: [process.execPath, "--input-type=module", "-e", program] });
  const [text] = (await once(child.process.stdout!, "data")) as [Buffer];
  await child.ended;
  await vi.waitUntil(() => !isRunning(Number(text)), { timeout: 10_000 });
});
