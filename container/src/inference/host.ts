import { fileURLToPath } from "node:url";
import { type ChildEnd, startChild, type Watchdog } from "@sightline/foundation/supervised-child";
import { BEAT_MS, type HostItem, type HostReply, type HostRequest, type HostSetup } from "./host-protocol.js";
import { RUNTIME_ENVIRONMENT } from "./session.js";

/** How one host is started and who is told of it. */
export interface HostOptions {
  readonly setup: HostSetup;
  /** Pictures that one message may hold. */
  readonly maxBatch: number;
  /** Script of the host. */
  readonly script: URL;
  /** Milliseconds that it may take for one message before it is killed. */
  readonly answerMs: number;
  readonly onReply: (reply: Exclude<HostReply, { kind: "beat" }>) => void;
  /** Told once, when the process is gone. */
  readonly onEnd: (end: ChildEnd) => void;
}

/** A child process that owns one session of the model. */
export interface Host {
  readonly pid: number | undefined;
  /** Sends pictures; the host must answer within `answerMs`. Not while it works on others. */
  run(items: readonly HostItem[]): void;
  /** Ends the process at once and resolves when it is gone. */
  close(): Promise<unknown>;
}

/** A host that loads its model longer than this is killed. Protects a start from waiting for ever. */
const LOAD_MS = 300_000;
/** An idle host that has missed so many beats is killed. */
const MISSED_BEATS = 5;

/** Starts a host, and watches it: while it loads, while it works, and while it has nothing to do. */
export function startHost(options: HostOptions): Host {
  let watchdog: Watchdog | undefined;
  let working = false;
  const watch = (silenceMs: number): void => {
    watchdog?.stop();
    watchdog = child.watch(silenceMs);
  };
  const child = startChild<HostRequest, HostReply>({
    command: [process.execPath, fileURLToPath(options.script)],
    env: { ...process.env, ...RUNTIME_ENVIRONMENT },
    // Nothing of ours goes to the host's stdout. Pictures travel as bytes ("advanced" is structured clone).
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
    expendable: true,
    onMessage: (reply) => {
      if (reply.kind === "beat") {
        // A picture that hangs in a decoder's thread leaves the beats going; only the results count then.
        if (!working) watchdog?.heard();
        return;
      }
      working = false;
      watch(MISSED_BEATS * BEAT_MS);
      options.onReply(reply);
    },
    onEnd: (end) => {
      watchdog?.stop();
      options.onEnd(end);
    },
  });
  watch(LOAD_MS);
  child.send({ kind: "setup", setup: options.setup, maxBatch: options.maxBatch });
  return {
    pid: child.pid,
    run(items) {
      working = true;
      watch(options.answerMs);
      child.send({ kind: "run", items });
    },
    close() {
      child.kill();
      return child.ended;
    },
  };
}
