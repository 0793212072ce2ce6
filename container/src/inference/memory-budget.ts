import { containerMemoryBytes } from "../shared/container-limits.js";

/** Of the container's memory, what may be promised; the rest is for the kernel's buffers and what was not foreseen. */
const USABLE = 0.9;
/** Bytes for the process that answers: Node.js itself, its code and its small objects. */
const OWN_BYTES = 96 * 2 ** 20;

/**
 * The container's memory, and who holds how much of it: hosts, bodies on their way, pictures being decoded. Whoever needs
 * more than is left is refused: the kernel would end a process of the container instead, perhaps the one that answers.
 */
export class MemoryBudget {
  /** Bytes that may be held together. */
  readonly totalBytes: number;
  #heldBytes = 0;

  /** @param limitBytes the container's limit. Default: that of the cgroup, else the machine's memory */
  constructor(limitBytes: number = containerMemoryBytes()) {
    this.totalBytes = Math.max(0, limitBytes * USABLE - OWN_BYTES);
  }

  /** Bytes that nobody holds; below 0 when hosts turned out larger than the container. */
  get freeBytes(): number {
    return this.totalBytes - this.#heldBytes;
  }

  /** Begins to hold; nothing at first. */
  lease(): MemoryLease {
    let bytes = 0;
    const hold = (more: number): void => {
      bytes += more;
      this.#heldBytes += more;
    };
    return {
      get bytes() {
        return bytes;
      },
      grow: (more) => {
        if (more > this.freeBytes) return false;
        hold(more);
        return true;
      },
      mustGrow: hold,
      release: () => hold(-bytes),
    };
  }
}

/** A part of the memory that somebody holds. */
export interface MemoryLease {
  /** Bytes held. */
  readonly bytes: number;
  /** Takes more bytes. False, and nothing taken, when so much is not free. */
  grow(bytes: number): boolean;
  /** Takes what is in use already. */
  mustGrow(bytes: number): void;
  /** Gives everything back; again does nothing. */
  release(): void;
}
