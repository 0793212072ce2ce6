import type { Message } from "../wire/message.js";
import type { OutgoingSocket, RouterSocket } from "../wire/sockets.js";
import type { CellRunner } from "./cell-runner.js";
import type { CompilerClient } from "./compiler/compiler-client.js";
import type { KernelConnection } from "./connection.js";
import { codePointOffset, unitOffset } from "./cursor.js";
import { ExecutionQueue } from "./execution-queue.js";
import type { History } from "./history.js";
import type { Content } from "./publish.js";

/** What a server answers with. */
export interface ServerParts {
  readonly connection: KernelConnection;
  readonly runner: CellRunner;
  readonly compiler: CompilerClient;
  readonly history: History;
  /** Content of a `kernel_info_reply`. */
  readonly info: Content;
}

/** The kernel's end of Jupyter's protocol. */
export class KernelServer {
  readonly #parts: ServerParts;
  readonly #queue = new ExecutionQueue();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Serves a socket until the process ends. */
  async serve(socket: RouterSocket): Promise<void> {
    for await (const frames of socket) this.take(socket, frames);
  }

  /** Takes a message from a socket. */
  take(socket: OutgoingSocket, frames: readonly Uint8Array[]): void {
    const request = this.#parts.connection.decode(frames);
    if (request === undefined) return;
    if (request.header.msg_type === "execute_request") this.#enqueue(socket, request);
    else void this.#bracket(request, () => this.#answer(socket, request));
  }

  #enqueue(socket: OutgoingSocket, request: Message): void {
    const { connection, runner } = this.#parts;
    const reply = (content: Content) => connection.reply(socket, request, "execute_reply", content);
    this.#queue.add({
      sentAt: Date.parse(request.header.date) || Number.POSITIVE_INFINITY,
      abort: () => void this.#bracket(request, () => reply({ status: "aborted" })),
      run: async () => {
        let failedAt: number | undefined;
        await this.#bracket(request, async () => {
          const content = await runner.run(request).catch(errorReply);
          if (content.status === "error" && request.content.stop_on_error !== false) failedAt = Date.now();
          reply({ ...content });
        });
        return failedAt;
      },
    });
  }

  async #answer(socket: OutgoingSocket, request: Message): Promise<void> {
    const { connection } = this.#parts;
    const type = request.header.msg_type;
    const content = await this.#answerContent(type, request).catch(errorReply);
    if (content === undefined) return;
    connection.reply(socket, request, type.replace(/_request$/, "_reply"), { status: "ok", ...content });
    if (type === "shutdown_request") setImmediate(() => this.#close());
  }

  /** Undefined for what is not answered: comms, debugging, and an interruption, which the control thread has answered. */
  async #answerContent(type: string, request: Message): Promise<Content | undefined> {
    const { compiler, history, info, connection } = this.#parts;
    const { content } = request;
    const source = String(content.code);
    switch (type) {
      case "kernel_info_request":
        return info;
      case "is_complete_request":
        return { ...(await compiler.ask("isComplete", { source })) };
      case "inspect_request": {
        const offset = unitOffset(source, Number(content.cursor_pos));
        const text = await compiler.ask("inspect", { source, offset });
        return {
          found: text !== undefined,
          data: text === undefined ? {} : { "text/plain": text },
          metadata: {},
        };
      }
      case "complete_request":
        return await this.#complete(source, unitOffset(source, Number(content.cursor_pos)));
      case "comm_info_request":
        return { comms: {} };
      case "comm_open":
        // No target is known: the other end must hear that its comm leads nowhere.
        connection.publish("comm_close", { comm_id: content.comm_id, data: {} }, request);
        return undefined;
      case "history_request":
        return history.answer(content);
      case "shutdown_request":
        return { restart: content.restart === true };
      default:
        return undefined;
    }
  }

  async #complete(source: string, offset: number): Promise<Content> {
    const { matches, start, end } = await this.#parts.compiler.ask("complete", { source, offset });
    const points = (units: number) => codePointOffset(source, units);
    return { matches, cursor_start: points(start), cursor_end: points(end), metadata: {} };
  }

  #close(): void {
    this.#parts.connection.close();
    // Timers and servers that a cell left open must not keep the kernel. ZeroMQ still sends what it has, see `linger`.
    process.exit(0);
  }

  /** Front ends take whatever lies between "busy" and "idle" as the request's work. */
  async #bracket(request: Message, work: () => void | Promise<void>): Promise<void> {
    const { connection } = this.#parts;
    connection.publish("status", { execution_state: "busy" }, request);
    try {
      await work();
    } finally {
      connection.publish("status", { execution_state: "idle" }, request);
    }
  }
}

function errorReply(error: unknown): Content {
  const { name, message, stack = "" } = error as Error;
  return { status: "error", ename: name, evalue: message, traceback: stack.split("\n") };
}
