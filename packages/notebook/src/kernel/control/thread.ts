/** The control thread: hears what must be heard while a cell keeps the main thread busy, and can end such a cell. */
import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { readConnectionFile } from "../../wire/connection.js";
import { createHeader, decodeMessage, encodeMessage, type Message } from "../../wire/message.js";
import { bindControlSockets, type ControlSockets } from "../../wire/sockets.js";
import type { ControlSetup, ToControl, ToKernel } from "./control-messages.js";
import { pollParent } from "./parent-watch.js";
import { terminateMainThread } from "./terminate.js";

/** A main thread that has not answered for so long is held by a cell, in milliseconds. */
const busyMs = 150;

const { configPath, parent, inputFlag, inputPort, closedFlag } = workerData as ControlSetup;
const info = readConnectionFile(configPath);
const session = randomUUID();
const pongs = new Map<number, () => void>();
let pings = 0;

const tell = (message: ToKernel) => parentPort!.postMessage(message);
pollParent(parent, () => tell({ kind: "parent-gone" }));
void serve();

async function serve(): Promise<void> {
  let sockets: ControlSockets;
  try {
    sockets = await bindControlSockets(info);
  } catch (error) {
    tell({ kind: "bind-failed", reason: (error as Error).message });
    return;
  }
  parentPort!.on("message", (message: ToControl) => {
    if (message.kind === "send") sockets[message.channel].send(message.frames);
    else if (message.kind === "close") close(sockets);
    else pongs.get(message.id)?.();
  });
  tell({ kind: "bound" });
  void takeInput(sockets);
  for await (const frames of sockets.control) {
    const request = decode(frames);
    if (request === undefined) continue;
    const type = request.header.msg_type;
    if (type === "interrupt_request") {
      sockets.control.send(replyTo(request, "interrupt_reply", { status: "ok" }));
      await endBusyCell("interrupt");
    } else if (type === "shutdown_request") await endBusyCell("ping");
    tell({ kind: "request", frames });
  }
}

/** ZeroMQ aborts a process that ends with sockets open in a thread. */
function close(sockets: ControlSockets): void {
  sockets.close();
  Atomics.store(closedFlag, 0, 1);
  Atomics.notify(closedFlag, 0);
}

/** Tells the main thread something, and ends what holds it when it does not take that. */
async function endBusyCell(kind: "interrupt" | "ping"): Promise<void> {
  const id = ++pings;
  if (!(await answersInTime(kind, id))) await terminateMainThread(id);
}

function answersInTime(kind: "interrupt" | "ping", id: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (answered: boolean) => {
      clearTimeout(timer);
      pongs.delete(id);
      resolve(answered);
    };
    const timer = setTimeout(() => done(false), busyMs);
    pongs.set(id, () => done(true));
    tell({ kind, id });
  });
}

async function takeInput({ stdin }: ControlSockets): Promise<void> {
  for await (const frames of stdin) {
    const reply = decode(frames);
    if (reply?.header.msg_type !== "input_reply") continue;
    const value = String(reply.content.value ?? "");
    // One of the two is waited for: the sleeping main thread takes from the port, the awake one from its messages.
    if (Atomics.exchange(inputFlag, 0, 1) === 2) {
      inputPort.postMessage(value);
      Atomics.notify(inputFlag, 0);
    } else tell({ kind: "input", value });
  }
}

function replyTo(request: Message, type: string, content: Message["content"]): (string | Uint8Array)[] {
  const header = createHeader(type, session);
  const { identities } = request;
  return encodeMessage({ identities, header, parent: request.header, metadata: {}, content }, info.key);
}

/** Undefined for frames that are no message signed with this kernel's key. */
function decode(frames: readonly Uint8Array[]): Message | undefined {
  try {
    return decodeMessage(frames, info.key);
  } catch {
    return undefined;
  }
}
