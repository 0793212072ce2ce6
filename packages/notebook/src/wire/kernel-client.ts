import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { KernelError } from "../errors.js";
import { type KernelCommand, type KernelProcess, startKernelProcess } from "./kernel-process.js";
import { createHeader, decodeMessage, encodeMessage, type Message } from "./message.js";
import { type ClientSockets, connectClientSockets } from "./sockets.js";

/** How a request ended: the kernel answered and went idle, or it died. */
export type RequestEnd =
  | { readonly kind: "replied"; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: "died"; readonly reason: string };

/** How long to wait for `idle` after the reply, in milliseconds: it travels on another socket. */
const idleAfterReplyMs = 5_000;
/** How long a kernel may take to end, in milliseconds. */
const graceMs = 1_000;
/** How often to ask a starting kernel whether it is there, in milliseconds. */
const knockMs = 40;

interface Pending {
  onOutput(message: Message): void;
  replied(content: Readonly<Record<string, unknown>>): void;
  idle(): void;
}

/** A running kernel and the client's end of Jupyter's protocol. */
export class KernelClient {
  readonly info: Readonly<Record<string, unknown>>;
  readonly #process: KernelProcess;
  readonly #wire: Wire;
  readonly #interruptBy: KernelCommand["interruptBy"];

  private constructor(
    command: KernelCommand,
    process: KernelProcess,
    wire: Wire,
    info: Readonly<Record<string, unknown>>,
  ) {
    this.#interruptBy = command.interruptBy;
    this.#process = process;
    this.#wire = wire;
    this.info = info;
  }

  /**
   * Starts a kernel and waits until it answers on both sockets.
   * @param options.startTimeoutMs how long it may take. Default 60,000.
   * @param options.onText gets what the process writes past Jupyter's protocol.
   * @param options.onLateOutput gets messages of a cell that has already ended.
   * @throws KernelError when it ends or stays silent.
   */
  static async start(
    command: KernelCommand,
    options: {
      readonly cwd: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly startTimeoutMs?: number;
      readonly onText?: (text: string) => void;
      readonly onLateOutput?: (message: Message) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<KernelClient> {
    const { cwd, env = {}, startTimeoutMs = 60_000, signal } = options;
    signal?.throwIfAborted();
    const process = await startKernelProcess(command, cwd, env, options.onText ?? (() => {}));
    const wire = await Wire.connect(process, options.onLateOutput ?? (() => {}));
    const failed = new AbortController();
    const fail = (why: string) => failed.abort(new KernelError(startFailure(command, why, process.tail())));
    const timer = setTimeout(() => fail(`no answer within ${startTimeoutMs / 1_000} s`), startTimeoutMs);
    void process.exited.then(fail);
    const cancel = () => failed.abort(signal?.reason);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const info = await wire.handshake(failed.signal);
      if (command.ownKernel) await wire.compilerReady(failed.signal);
      return new KernelClient(command, process, wire, info);
    } catch (error) {
      wire.close();
      process.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Runs code; `onOutput` gets its IOPub messages in order. Resolves also when the kernel dies. */
  async execute(code: string, onOutput: (message: Message) => void, stopOnError = true): Promise<RequestEnd> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    return await this.#wire.request("execute_request", { ...content, stop_on_error: stopOnError }, onOutput);
  }

  /** Resolves when the kernel has come to a question that is asked now, behind all that it had to do; or has died. */
  async answers(): Promise<void> {
    await this.#wire.request("kernel_info_request", {}, () => {});
  }

  /** Interrupts the running cell. */
  interrupt(): void {
    if (this.#interruptBy === "message") this.#wire.send("control", "interrupt_request", {});
    else this.#process.interrupt();
  }

  /** Resolves when the process has ended, with the reason. */
  get exited(): Promise<string> {
    return this.#process.exited;
  }

  /** What the process last wrote to its real stdout and stderr. */
  tail(): string {
    return this.#process.tail();
  }

  /** Asks the kernel to end, then ends it and its process group. */
  async close(): Promise<void> {
    this.#wire.send("control", "shutdown_request", { restart: false });
    await this.#endsInTime();
    await this.kill();
  }

  /** Ends the kernel and its process group now. Resolves when it has ended: on a busy machine it is there for a while. */
  async kill(): Promise<void> {
    this.#wire.close();
    this.#process.kill();
    await this.#endsInTime();
  }

  async #endsInTime(): Promise<void> {
    await Promise.race([this.#process.exited, sleep(graceMs, undefined, { ref: false })]);
  }
}

/** Requests and their answers over the sockets of one kernel. */
class Wire {
  readonly #pending = new Map<string, Pending>();
  readonly #session = randomUUID();
  readonly #process: KernelProcess;
  readonly #onLateOutput: (message: Message) => void;
  #sockets!: ClientSockets;

  private constructor(process: KernelProcess, onLateOutput: (message: Message) => void) {
    this.#process = process;
    this.#onLateOutput = onLateOutput;
  }

  static async connect(process: KernelProcess, onLateOutput: (message: Message) => void): Promise<Wire> {
    const wire = new Wire(process, onLateOutput);
    wire.#sockets = await connectClientSockets(process.connection, wire.#session);
    void wire.#listen(wire.#sockets.shell, (pending, message) => pending?.replied(message.content));
    void wire.#listen(wire.#sockets.control, () => {});
    void wire.#listen(wire.#sockets.iopub, (pending, message) => {
      if (message.header.msg_type !== "status") {
        if (pending === undefined) wire.#onLateOutput(message);
        else pending.onOutput(message);
      } else if (message.content.execution_state === "idle") pending?.idle();
    });
    return wire;
  }

  async #listen(
    socket: AsyncIterable<Uint8Array[]>,
    take: (pending: Pending | undefined, message: Message) => void,
  ): Promise<void> {
    for await (const frames of socket) {
      const message = decodeMessage(frames, this.#process.connection.key);
      take(this.#pending.get(message.parent.msg_id ?? ""), message);
    }
  }

  send(channel: "shell" | "control", type: string, content: Readonly<Record<string, unknown>>): string {
    const header = createHeader(type, this.#session);
    const message = { identities: [], header, parent: {}, metadata: {}, content };
    this.#sockets[channel].send(encodeMessage(message, this.#process.connection.key));
    return header.msg_id;
  }

  async request(
    type: string,
    content: Readonly<Record<string, unknown>>,
    onOutput: (message: Message) => void,
  ): Promise<RequestEnd> {
    const id = this.send("shell", type, content);
    let idle!: () => void;
    const isIdle = new Promise<void>((resolve) => {
      idle = resolve;
    });
    const replied = new Promise<RequestEnd>((resolve) => {
      this.#pending.set(id, {
        onOutput,
        idle,
        replied: (reply) => resolve({ kind: "replied", content: reply }),
      });
    });
    const died = this.#process.exited.then((reason): RequestEnd => ({ kind: "died", reason }));
    const end = await Promise.race([replied, died]);
    await Promise.race([
      isIdle,
      sleep(end.kind === "died" ? 100 : idleAfterReplyMs, undefined, { ref: false }),
    ]);
    this.#pending.delete(id);
    return end;
  }

  /** Our kernel answers before its compiler is there, which a cell's own time must not pay for. */
  async compilerReady(signal: AbortSignal): Promise<void> {
    const asked = this.request("is_complete_request", { code: "" }, () => {});
    let stop!: () => void;
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
    });
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([asked, stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Asks for `kernel_info` again and again, until one reply has come and IOPub has been heard: a subscription
   * takes effect some time after its socket has connected, and what a cell printed before is lost.
   */
  async handshake(signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const answered: { content?: Readonly<Record<string, unknown>>; heard: boolean } = { heard: false };
    const ids: string[] = [];
    try {
      return await new Promise((resolve, reject) => {
        const check = () => {
          if (answered.content === undefined || !answered.heard) return;
          clearInterval(timer);
          resolve(answered.content);
        };
        const pending: Pending = {
          onOutput: () => {},
          idle: () => {
            answered.heard = true;
            check();
          },
          replied: (content) => {
            answered.content = content;
            check();
          },
        };
        const knock = () => {
          const id = this.send("shell", "kernel_info_request", {});
          ids.push(id);
          this.#pending.set(id, pending);
        };
        const timer = setInterval(knock, knockMs);
        knock();
        const stop = () => {
          clearInterval(timer);
          reject(signal.reason);
        };
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      });
    } finally {
      for (const id of ids) this.#pending.delete(id);
    }
  }

  close(): void {
    this.#sockets.close();
  }
}

function startFailure(command: KernelCommand, why: string, tail: string): string {
  const said = tail.trim() === "" ? "" : `\nIts last words:\n${tail.trim()}`;
  return `The kernel "${command.name}" did not start: ${why}. Run "sightline-notebook doctor" for the cause.${said}`;
}
