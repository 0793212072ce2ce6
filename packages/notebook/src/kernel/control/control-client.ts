import { join } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { ControlSetup, ToControl, ToKernel } from "./control-messages.js";
import { exitWithGroup } from "./parent-watch.js";

/** How long the end of the process waits for the thread's sockets, in milliseconds. */
const closeMs = 500;

/** What the kernel does for the control thread. */
export interface ControlHandlers {
  request(frames: readonly Uint8Array[]): void;
  interrupt(): void;
  input(value: string): void;
}

/** The control thread, from the kernel's side. */
export class ControlClient {
  /** Resolves when its sockets are bound. */
  readonly bound: Promise<void>;
  /** Number of the last message that has been answered. */
  answered = 0;
  readonly #worker: Worker;
  readonly #inputFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #inputPort: MessagePort;

  /** Starts the thread. */
  constructor(configPath: string, parent: number, handlers: () => ControlHandlers | undefined) {
    const { port1, port2 } = new MessageChannel();
    this.#inputPort = port1;
    port1.unref();
    const closedFlag = new Int32Array(new SharedArrayBuffer(4));
    const inputFlag = this.#inputFlag;
    const workerData: ControlSetup = { configPath, parent, inputFlag, inputPort: port2, closedFlag };
    const file = join(__dirname, "kernel-control.cjs");
    this.#worker = new Worker(file, { workerData, transferList: [port2], execArgv: [] });
    process.on("exit", () => {
      this.#tell({ kind: "close" });
      Atomics.wait(closedFlag, 0, 0, closeMs);
    });
    this.bound = new Promise((resolve, reject) => {
      this.#worker.on("error", reject);
      this.#worker.on("message", (message: ToKernel) => {
        if (message.kind === "bound") resolve();
        else if (message.kind === "bind-failed") reject(new Error(message.reason));
        else if (message.kind === "ping") this.#answer(message.id);
        else if (message.kind === "parent-gone") exitWithGroup();
        else if (message.kind === "interrupt") {
          handlers()?.interrupt();
          this.#answer(message.id);
        } else if (message.kind === "input") handlers()?.input(message.value);
        else handlers()?.request(message.frames.map((frame) => Buffer.from(frame)));
      });
    });
  }

  /** Sends a message on a socket of the thread's. */
  send(channel: "control" | "stdin", frames: readonly (string | Uint8Array)[]): void {
    this.#tell({ kind: "send", channel, frames });
  }

  /** Sleeps until somebody has typed; the main thread can do nothing else meanwhile. */
  waitForInput(ask: () => void): string {
    Atomics.store(this.#inputFlag, 0, 2);
    ask();
    Atomics.wait(this.#inputFlag, 0, 2);
    return String(receiveMessageOnPort(this.#inputPort)?.message ?? "");
  }

  #answer(id: number): void {
    this.answered = id;
    this.#tell({ kind: "pong", id });
  }

  #tell(message: ToControl): void {
    this.#worker.postMessage(message);
  }
}
