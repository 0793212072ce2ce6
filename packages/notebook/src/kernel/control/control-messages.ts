/** What the control thread tells the main thread. */
export type ToKernel =
  /** The sockets are bound; or why not. */
  | { readonly kind: "bound" }
  | { readonly kind: "bind-failed"; readonly reason: string }
  /** A request on the control socket. */
  | { readonly kind: "request"; readonly frames: readonly Uint8Array[] }
  /** The running cell is to end; answer with a pong of the same number. */
  | { readonly kind: "interrupt"; readonly id: number }
  /** Answer with a pong of the same number. */
  | { readonly kind: "ping"; readonly id: number }
  /** What a person typed. */
  | { readonly kind: "input"; readonly value: string }
  | { readonly kind: "parent-gone" };

/** What the main thread tells the control thread. */
export type ToControl =
  | {
      readonly kind: "send";
      readonly channel: "control" | "stdin";
      readonly frames: readonly (string | Uint8Array)[];
    }
  | { readonly kind: "pong"; readonly id: number }
  | { readonly kind: "close" };

/** What the control thread starts with. */
export interface ControlSetup {
  /** Path of the connection file. */
  readonly configPath: string;
  /** Process whose end ends the kernel. */
  readonly parent: number;
  /** Set to 1 and notified when input has come, for a main thread that sleeps until then. */
  readonly inputFlag: Int32Array;
  /** Set to 1 and notified when the sockets are closed. */
  readonly closedFlag: Int32Array;
  /** Where the input itself goes, to be taken without an event loop. */
  readonly inputPort: import("node:worker_threads").MessagePort;
}
