import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { ProcessIdentity } from "./is-running.js";
import { LockHeldError, takeLock } from "./lock.js";

// Every file operation of a taker waits for its turn in an order that the test chooses, and a taker may be killed
// before or behind any of them. Takers stand for processes.
const taker = new AsyncLocalStorage<Taker>();
let wait: (taker: Taker) => Promise<void> = async () => {};
const dead = new Set<number>();

interface Taker {
  readonly pid: number;
  /** File operations that it lives for. */
  left: number;
}

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  const step =
    <Args extends unknown[], T>(operation: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const self = taker.getStore()!;
      await wait(self);
      if (self.left-- > 0) return await operation(...args);
      dead.add(self.pid);
      return await new Promise<never>(() => {});
    };
  return {
    ...real,
    link: step(real.link as (a: string, b: string) => Promise<void>),
    readFile: step(real.readFile as (a: string, b: "utf8") => Promise<string>),
    readdir: step(real.readdir as (a: string) => Promise<string[]>),
    rm: step(real.rm as (a: string, b: object) => Promise<void>),
    writeFile: step(real.writeFile as (a: string, b: string, c: object) => Promise<void>),
  };
});

vi.mock("./is-running.js", () => ({
  isRunning: () => true,
  ownIdentity: (): ProcessIdentity => ({ pid: taker.getStore()!.pid, host: "here", started: "" }),
  stillRuns: ({ pid }: ProcessIdentity) => !dead.has(pid),
}));

it("goes to one taker at a time in whatever order and wherever takers are killed", async () => {
  const lives = fc.oneof(
    { weight: 2, arbitrary: fc.constant(100_000) },
    { weight: 1, arbitrary: fc.nat(14) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(lives, { minLength: 2, maxLength: 5 }),
      async (scheduler, left) => {
        const folder = mkdtempSync(join(tmpdir(), "lock-"));
        const path = join(folder, "lock");
        dead.clear();
        dead.add(1);
        writeFileSync(path, JSON.stringify({ pid: 1, host: "here", started: "", token: "killed" }));
        wait = (self) => scheduler.schedule(Promise.resolve(), `${self.pid}`);
        try {
          const winners: number[] = [];
          const takers = left.map((operations, n): Taker => ({ pid: n + 2, left: operations }));
          const ends = takers.map((self) =>
            taker.run(self, async () => {
              try {
                await takeLock(path);
              } catch (error) {
                if (error instanceof LockHeldError) return;
                throw error;
              }
              expect(winners.filter((pid) => !dead.has(pid))).toEqual([]);
              winners.push(self.pid);
            }),
          );
          // The killed ones never end.
          const living = ends.filter((_, n) => left[n]! > 14);
          for (const end of ends) end.catch(() => {});
          await scheduler.waitFor(Promise.all(living));
          if (living.length > 0 && winners.length === 0) {
            // Whoever was seen holding it must have been killed with it.
            expect(takers.some(({ pid }) => dead.has(pid))).toBe(true);
          }
          await scheduler.waitAll();
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("leaves nothing of takers-over that were killed, behind the next that takes it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(14), fc.nat(14), async (first, second) => {
      const folder = mkdtempSync(join(tmpdir(), "lock-"));
      const path = join(folder, "lock");
      dead.clear();
      dead.add(1);
      writeFileSync(path, JSON.stringify({ pid: 1, host: "here", started: "", token: "killed" }));
      wait = async () => {};
      try {
        for (const [n, left] of [first, second].entries()) {
          const self = { pid: n + 2, left };
          const killed = taker.run(self, () => takeLock(path));
          killed.catch(() => {});
          await Promise.race([killed, vi.waitUntil(() => dead.has(self.pid), { interval: 1 })]);
          dead.add(self.pid);
        }
        const lock = await taker.run({ pid: 9, left: 100_000 }, () => takeLock(path));
        const names = readdirSync(folder).filter((name) => !name.endsWith(".partial"));
        expect(names).toEqual(["lock"]);
        await taker.run({ pid: 9, left: 100_000 }, () => lock.release());
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
});
