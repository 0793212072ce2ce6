import { COMPONENTS, type JpegMemory } from "./jpeg-memory.js";
import type { JpegComponent, JpegFrame, JpegScan } from "./jpeg-segments.js";

/** An image at a fraction of its size. */
export interface ReducedImage {
  /** Three bytes a pixel, without gaps; good until the next image is read. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Plane {
  readonly component: JpegComponent;
  /** Pixels that a side of a block becomes; 0 where none are made. */
  readonly side: number;
  readonly address: number;
  readonly stride: number;
  /** One word of 64 bits for each block of a progressive image. */
  readonly set: number;
}

/** Where the components of an image lie while it is read. */
export class PixelPlanes {
  readonly #memory: JpegMemory;
  readonly #frame: JpegFrame;
  readonly #side: number;
  readonly #planes: readonly Plane[];
  /** Largest sampling factors. */
  readonly #across: number;
  readonly #down: number;

  constructor(memory: JpegMemory, frame: JpegFrame, side: number | undefined) {
    this.#memory = memory;
    this.#frame = frame;
    this.#side = side ?? 0;
    this.#across = Math.max(...frame.components.map(({ across }) => across));
    this.#down = Math.max(...frame.components.map(({ down }) => down));
    this.#planes = frame.components.map((component) => this.#plane(component));
  }

  /** Whether an image can be made: sequential, grey or luma with chroma of the same or half the size. */
  get canInterleave(): boolean {
    const { components, progressive } = this.#frame;
    if (progressive || this.#side === 0) return false;
    if (components.length === 1) return true;
    if (components.length !== 3) return false;
    const [luma, blue, red] = components as [JpegComponent, JpegComponent, JpegComponent];
    if (luma.across !== this.#across || luma.down !== this.#down) return false;
    if (blue.across !== red.across || blue.down !== red.down) return false;
    return isHalfOrSame(luma.across, blue.across) && isHalfOrSame(luma.down, blue.down);
  }

  #plane(component: JpegComponent): Plane {
    // Chroma of half the size is made as large as luma, which costs nothing and needs no enlarging.
    const isHalf = component.across * 2 === this.#across && component.down * 2 === this.#down;
    const side = isHalf ? this.#side * 2 : this.#side;
    const [across, down] = this.#groups;
    const blocksAcross = across * component.across;
    const blocks = blocksAcross * down * component.down;
    const stride = blocksAcross * side;
    const address = side === 0 ? 0 : this.#memory.take(blocks * side * side);
    const set = this.#frame.progressive ? this.#memory.take(blocks * 8) : 0;
    if (set !== 0) this.#memory.bytes.fill(0, set, set + blocks * 8);
    return { component, side, address, stride, set };
  }

  get #groups(): [across: number, down: number] {
    const { width, height } = this.#frame;
    return [Math.ceil(width / (8 * this.#across)), Math.ceil(height / (8 * this.#down))];
  }

  /** Groups of blocks that a scan has: of one component they are its single blocks (T.81 A.2). */
  groupsOf(scan: JpegScan): [across: number, down: number] {
    if (scan.components.length > 1) return this.#groups;
    const { across, down } = scan.components[0]!.component;
    const { width, height } = this.#frame;
    return [
      Math.ceil(Math.ceil((width * across) / this.#across) / 8),
      Math.ceil(Math.ceil((height * down) / this.#down) / 8),
    ];
  }

  /** Tells the kernels of a scan's components. */
  describe(scan: JpegScan): void {
    const { words } = this.#memory;
    const isSingle = scan.components.length === 1;
    scan.components.forEach(({ component, dcTable, acTable }, n) => {
      const { side, address, stride, set } = this.#planes.find((plane) => plane.component === component)!;
      const sizes = isSingle ? [1, 1] : [component.across, component.down];
      const tables = [this.#memory.table("dc", dcTable), this.#memory.table("ac", acTable)];
      const rest = this.#frame.progressive
        ? [set]
        : [this.#memory.factors(component.quantTable), address, stride, side, 0];
      const entry = [...sizes, ...tables, ...rest];
      words.set(entry, COMPONENTS / 4 + n * entry.length);
    });
  }

  /** Makes the image, when all scans are read. */
  image(): ReducedImage {
    const width = Math.ceil((this.#frame.width * this.#side) / 8);
    const height = Math.ceil((this.#frame.height * this.#side) / 8);
    const out = this.#memory.take(width * height * 3);
    const [luma, blue = luma, red = luma] = this.#planes as [Plane, Plane?, Plane?];
    const isGrey = blue === luma;
    if (isGrey) {
      const bytes = this.#memory.bytes;
      for (let y = 0, at = out; y < height; y++) {
        for (let x = 0; x < width; x++, at += 3)
          bytes.fill(bytes[luma.address + y * luma.stride + x]!, at, at + 3);
      }
    } else {
      const halfAcross = luma.component.across * luma.side === 2 * blue.component.across * blue.side;
      const halfDown = luma.component.down * luma.side === 2 * blue.component.down * blue.side;
      this.#memory.kernels.interleave(
        ...[luma.address, blue.address, red.address, luma.stride, blue.stride],
        ...[halfAcross ? 1 : 0, halfDown ? 1 : 0, width, height, out],
      );
    }
    return { pixels: this.#memory.bytes.subarray(out, out + width * height * 3), width, height };
  }
}

function isHalfOrSame(whole: number, part: number): boolean {
  return part === whole || part * 2 === whole;
}
