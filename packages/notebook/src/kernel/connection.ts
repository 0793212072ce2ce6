import { randomUUID } from "node:crypto";
import type { ConnectionInfo } from "../wire/connection.js";
import { createHeader, decodeMessage, encodeMessage, type Message } from "../wire/message.js";
import { bindKernelSockets, type KernelSockets, type OutgoingSocket } from "../wire/sockets.js";
import type { ControlClient } from "./control/control-client.js";
import type { Content } from "./publish.js";

/** A kernel's sockets: those of this thread, and those of the control thread by messages. */
export class KernelConnection {
  readonly control: OutgoingSocket;
  readonly #control: ControlClient;
  readonly #key: string;
  readonly #session = randomUUID();
  #sockets: KernelSockets | undefined;

  constructor(info: ConnectionInfo, control: ControlClient) {
    this.#control = control;
    this.#key = info.key;
    this.control = { send: (frames) => control.send("control", frames) };
  }

  /** Binds the sockets; rejects when one is taken. */
  async bind(info: ConnectionInfo): Promise<KernelSockets> {
    const [sockets] = await Promise.all([bindKernelSockets(info), this.#control.bound]);
    this.#sockets = sockets;
    void this.#welcome(sockets);
    return sockets;
  }

  /** Undefined for frames that are no message signed with this kernel's key: they must not end its listening. */
  decode(frames: readonly Uint8Array[]): Message | undefined {
    try {
      return decodeMessage(frames, this.#key);
    } catch {
      return undefined;
    }
  }

  reply(socket: OutgoingSocket, request: Message, type: string, content: Content): void {
    socket.send(this.#encode(type, content, request, request.identities));
  }

  publish(type: string, content: Content, parent: Message | undefined): void {
    this.#sockets?.iopub.send(this.#encode(type, content, parent, [Buffer.from(type)]));
  }

  /** Asks the client that sent a request for a line of text. */
  requestInput(prompt: string, request: Message): void {
    const content = { prompt, password: false };
    this.#control.send("stdin", this.#encode("input_request", content, request, request.identities));
  }

  close(): void {
    this.#sockets?.close();
  }

  /** Tells each subscriber that it is heard ("Welcome message" in Jupyter's messaging specification, JEP 65). */
  async #welcome({ subscriptions, iopub }: KernelSockets): Promise<void> {
    for await (const topic of subscriptions) {
      const content = { subscription: Buffer.from(topic).toString("utf8") };
      iopub.send(this.#encode("iopub_welcome", content, undefined, [topic]));
    }
  }

  #encode(
    type: string,
    content: Content,
    parent: Message | undefined,
    identities: readonly Uint8Array[],
  ): (string | Uint8Array)[] {
    const header = createHeader(type, this.#session);
    return encodeMessage(
      { identities, header, parent: parent?.header ?? {}, metadata: {}, content },
      this.#key,
    );
  }
}
