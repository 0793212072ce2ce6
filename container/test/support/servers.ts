import { afterAll, afterEach, expect } from "vitest";
import { type Program, startServe } from "./program.js";

/** A running `serve` and its base URL. */
export type Server = Program & { readonly url: string };

/** Starts of `serve` for the tests of one file. */
export interface Servers {
  /** One of its own, killed after the test. */
  serve(env?: Record<string, string>, root?: string): Promise<Server>;
  /** One with the given settings for all tests that leave it as it is; it must end by itself at the end. */
  shared(): Promise<Server>;
}

/**
 * Call it at the top of a test file: it ends what the tests start.
 *
 * @param settings folder that stands for /opt/ml, and the environment; asked when a server is started
 */
export function servers(settings: () => { root: string; env: Record<string, string> }): Servers {
  const running: Program[] = [];
  let common: Promise<Server> | undefined;
  const start = (env: Record<string, string> = {}, root = settings().root): Promise<Server> =>
    startServe(root, { ...settings().env, ...env });

  afterEach(async () => {
    for (const program of running.splice(0)) {
      program.process.kill("SIGKILL");
      await program.ended;
    }
  });
  afterAll(async () => {
    if (!common) return;
    const program = await common;
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });
  return {
    async serve(env, root) {
      const program = await start(env, root);
      running.push(program);
      return program;
    },
    shared() {
      common ??= start();
      return common;
    },
  };
}
