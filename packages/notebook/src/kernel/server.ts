import { randomUUID } from "node:crypto";
import { type ConnectionInfo, readConnectionFile } from "../wire/connection.js";
import { createHeader, decodeMessage, encodeMessage, type Message } from "../wire/message.js";
import {
  bindKernelSockets,
  type KernelSockets,
  type OutgoingSocket,
  type RouterSocket,
} from "../wire/sockets.js";
import type { CellRunner } from "./cell-runner.js";
import { codePointOffset, unitOffset } from "./cursor.js";
import { ExecutionQueue } from "./execution-queue.js";
import type { Content, Publish } from "./publish.js";
import type { Handler } from "./tslab.js";

/** Exit status of a kernel that could not bind its sockets. */
export const bindFailedStatus = 98;

/** The kernel's end of Jupyter's protocol, in the place of tslab's `ZmqServer`. */
export class KernelServer {
  readonly #handler: Handler;
  readonly #info: ConnectionInfo;
  readonly #session = randomUUID();
  readonly #queue = new ExecutionQueue();
  readonly #runner: CellRunner;
  #sockets!: KernelSockets;

  constructor(handler: Handler, configPath: string, createRunner: (publish: Publish) => CellRunner) {
    this.#handler = handler;
    this.#info = readConnectionFile(configPath);
    this.#runner = createRunner((type, content, parent) => this.#publish(type, content, parent));
  }

  /** Binds the sockets and serves until the process ends. */
  async init(): Promise<void> {
    try {
      this.#sockets = await bindKernelSockets(this.#info);
    } catch (error) {
      process.stderr.write(`The kernel cannot listen on ${this.#info.ip}: ${(error as Error).message}\n`);
      process.exit(bindFailedStatus);
    }
    void this.#serve(this.#sockets.shell);
    void this.#serve(this.#sockets.control);
  }

  async #serve(socket: RouterSocket): Promise<void> {
    for await (const frames of socket) {
      const request = this.#decode(frames);
      if (request === undefined) continue;
      if (request.header.msg_type === "execute_request") this.#enqueue(socket, request);
      else this.#bracket(request, () => this.#answer(socket, request));
    }
  }

  /** Undefined for frames that are no message signed with this kernel's key: they must not end its listening. */
  #decode(frames: readonly Uint8Array[]): Message | undefined {
    try {
      return decodeMessage(frames, this.#info.key);
    } catch {
      return undefined;
    }
  }

  #enqueue(socket: OutgoingSocket, request: Message): void {
    const reply = (content: Content) => this.#reply(socket, request, "execute_reply", content);
    this.#queue.add({
      sentAt: Date.parse(request.header.date) || Number.POSITIVE_INFINITY,
      abort: () => this.#bracket(request, () => reply({ status: "aborted" })),
      run: async () => {
        this.#publish("status", { execution_state: "busy" }, request);
        const content = await this.#runner.run(request);
        const failedAt =
          content.status === "error" && request.content.stop_on_error !== false ? Date.now() : undefined;
        reply({ ...content });
        this.#publish("status", { execution_state: "idle" }, request);
        return failedAt;
      },
    });
  }

  #answer(socket: OutgoingSocket, request: Message): void {
    const type = request.header.msg_type;
    const replyType = type.replace(/_request$/, "_reply");
    let content: Content | undefined;
    try {
      content = this.#answerContent(type, request.content);
    } catch (error) {
      const { name, message } = error as Error;
      this.#reply(socket, request, replyType, {
        status: "error",
        ename: name,
        evalue: message,
        traceback: [],
      });
      return;
    }
    if (content === undefined) return;
    this.#reply(socket, request, replyType, { status: "ok", ...content });
    if (type === "shutdown_request") setImmediate(() => this.#close());
  }

  /** Undefined for comms and debugging, which are not offered; front ends send their messages all the same. */
  #answerContent(type: string, content: Content): Content | undefined {
    switch (type) {
      case "kernel_info_request":
        return this.#handler.handleKernel();
      case "is_complete_request":
        return this.#handler.handleIsComplete(content);
      case "inspect_request":
        return this.#handler.handleInspect(withUnitCursor(content));
      case "complete_request":
        return this.#complete(content);
      case "comm_info_request":
        return { comms: {} };
      case "history_request":
        return { history: [] };
      case "interrupt_request":
        this.#runner.interrupt();
        return {};
      case "shutdown_request":
        return { restart: content.restart === true };
      default:
        return undefined;
    }
  }

  #complete(content: Content): Content {
    const found = this.#handler.handleComplete(withUnitCursor(content));
    const code = String(content.code);
    return {
      ...found,
      cursor_start: codePointOffset(code, Number(found.cursor_start)),
      cursor_end: codePointOffset(code, Number(found.cursor_end)),
    };
  }

  #close(): void {
    this.#runner.flush();
    this.#sockets.close();
    // Timers and servers that a cell left open must not keep the kernel; the delay lets sockets drain.
    setTimeout(() => process.exit(0), 50);
  }

  /** Front ends take whatever lies between "busy" and "idle" as the request's work. */
  #bracket(request: Message, work: () => void): void {
    this.#publish("status", { execution_state: "busy" }, request);
    try {
      work();
    } finally {
      this.#publish("status", { execution_state: "idle" }, request);
    }
  }

  #reply(socket: OutgoingSocket, request: Message, type: string, content: Content): void {
    this.#send(socket, type, content, request, request.identities);
  }

  #publish(type: string, content: Content, parent: Message | undefined): void {
    this.#send(this.#sockets.iopub, type, content, parent, [Buffer.from(type)]);
  }

  #send(
    socket: OutgoingSocket,
    type: string,
    content: Content,
    parent: Message | undefined,
    identities: readonly Uint8Array[],
  ): void {
    const header = createHeader(type, this.#session);
    const message = { identities, header, parent: parent?.header ?? {}, metadata: {}, content };
    socket.send(encodeMessage(message, this.#info.key));
  }
}

/** The request with its cursor as tslab counts it. */
function withUnitCursor(content: Content): Content {
  const code = String(content.code);
  return { ...content, code, cursor_pos: unitOffset(code, Number(content.cursor_pos)) };
}
