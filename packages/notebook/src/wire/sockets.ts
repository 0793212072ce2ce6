import { WireError } from "../errors.js";
import { type ConnectionInfo, channelAddress } from "./connection.js";

/** The sockets of a kernel's main thread, bound. */
export interface KernelSockets {
  readonly iopub: OutgoingSocket;
  readonly shell: RouterSocket;
  /** Topics as clients subscribe to them. */
  readonly subscriptions: AsyncIterable<Uint8Array>;
  close(): void;
}

/** The sockets that answer also while a cell keeps the main thread busy, bound. */
export interface ControlSockets {
  readonly control: RouterSocket;
  readonly stdin: RouterSocket;
  close(): void;
}

/** The client's ends of a kernel's sockets, connected. */
export interface ClientSockets {
  readonly shell: RouterSocket;
  readonly control: RouterSocket;
  readonly iopub: AsyncIterable<Uint8Array[]>;
  close(): void;
}

/** A socket that sends at once, in order, and never refuses. */
export interface OutgoingSocket {
  send(frames: readonly (string | Uint8Array)[]): void;
}

/** A socket that both sends and receives. */
export interface RouterSocket extends OutgoingSocket, AsyncIterable<Uint8Array[]> {}

/**
 * ZeroMQ's default high-water mark of 1,000 makes a publisher drop and a router reject when a cell
 * prints faster than the peer reads, which loses output and leaves cells at `[*]`. Without a mark
 * the queue is bounded by what the cell printed. `sendTimeout: 0` takes zeromq.js's synchronous path,
 * so order is kept without awaiting and a cell that blocks the event loop still shows its output.
 */
const lossless = { sendHighWaterMark: 0, sendTimeout: 0, linger: 1_000 };

/** Loaded late: it is a native module, and a notebook that only draws tables needs none. */
const zeromq = () => import("zeromq");

/** Binds shell and IOPub; rejects when a port or path is taken. */
export async function bindKernelSockets(info: ConnectionInfo): Promise<KernelSockets> {
  const { XPublisher, Router } = await zeromq();
  const iopub = new XPublisher(lossless);
  // Each subscriber is to be welcomed, not only the first of a topic.
  iopub.verbosity = "allSubs";
  const shell = new Router({ ...lossless, receiveHighWaterMark: 0 });
  await Promise.all([iopub.bind(channelAddress(info, "iopub")), shell.bind(channelAddress(info, "shell"))]);
  return {
    iopub: ordered(iopub),
    shell: both(shell),
    subscriptions: topics(iopub),
    close: () => {
      iopub.close();
      shell.close();
    },
  };
}

/** Binds control, stdin and heartbeat, and answers the last; rejects when a port or path is taken. */
export async function bindControlSockets(info: ConnectionInfo): Promise<ControlSockets> {
  const { Router, Reply } = await zeromq();
  const control = new Router({ ...lossless, receiveHighWaterMark: 0 });
  const stdin = new Router(lossless);
  const hb = new Reply({ linger: 0 });
  await Promise.all([
    control.bind(channelAddress(info, "control")),
    stdin.bind(channelAddress(info, "stdin")),
    hb.bind(channelAddress(info, "hb")),
  ]);
  void echoHeartbeat(hb);
  const all = [control, stdin, hb];
  return {
    control: both(control),
    stdin: both(stdin),
    close: () => {
      for (const socket of all) socket.close();
    },
  };
}

/** Connects to a kernel. Messages wait inside ZeroMQ until the kernel has bound. */
export async function connectClientSockets(info: ConnectionInfo, session: string): Promise<ClientSockets> {
  const { Dealer, Subscriber } = await zeromq();
  const options = { ...lossless, linger: 0, receiveHighWaterMark: 0, routingId: session };
  const shell = new Dealer(options);
  const control = new Dealer(options);
  const iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  iopub.subscribe();
  shell.connect(channelAddress(info, "shell"));
  control.connect(channelAddress(info, "control"));
  iopub.connect(channelAddress(info, "iopub"));
  return {
    shell: both(shell),
    control: both(control),
    iopub,
    close: () => {
      for (const socket of [shell, control, iopub]) socket.close();
    },
  };
}

interface Sender {
  readonly closed: boolean;
  send(frames: (string | Uint8Array)[]): Promise<void>;
}

/** Sends in call order without awaiting; a refused send surfaces as an unhandled rejection, never silently. */
function ordered(socket: Sender): OutgoingSocket {
  return {
    send(frames) {
      if (socket.closed) return;
      socket.send([...frames]).catch((cause) => {
        if (!socket.closed) throw new WireError("A message to the other end was refused.", { cause });
      });
    },
  };
}

const both = (socket: Sender & AsyncIterable<Uint8Array[]>): RouterSocket => ({
  ...ordered(socket),
  [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator](),
});

/** ZeroMQ's subscription messages: a byte that is 1, then the topic (RFC 29/PUBSUB). */
async function* topics(socket: AsyncIterable<Uint8Array[]>): AsyncGenerator<Uint8Array> {
  for await (const [frame] of socket) if (frame?.[0] === 1) yield frame.subarray(1);
}

async function echoHeartbeat(socket: AsyncIterable<Uint8Array[]> & Sender): Promise<void> {
  for await (const frames of socket) await socket.send(frames);
}
