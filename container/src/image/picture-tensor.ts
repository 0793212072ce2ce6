import type { ImageInput } from "@sightline/contract/image-input";
import { align, createMemory, instantiate, reserve } from "@sightline/foundation/wasm-kernel";
import pictureProgram from "../kernels/assembly/picture.ts?wasm";
import { cubicWeights } from "./cubic-weights.js";
import type { DecodedPicture } from "./decode-image.js";

/** Kernels read and write up to this many bytes past the end of what they are given. */
const SLACK = 64;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * The float32 input of a model: value = (pixel x scale - mean) / std, channel after channel (NCHW) or pixel after pixel
 * (NHWC). Pictures that are smaller are enlarged on the way, by the cubic filter of Catmull and Rom (Pillow's and torchvision's
 * `bicubic`), in WebAssembly SIMD.
 */
export class PictureTensor {
  readonly #input: ImageInput;
  /** Values of one picture. */
  readonly #size: number;
  readonly #memory = createMemory();
  readonly #kernels = instantiate(pictureProgram, this.#memory);
  /** Behind the coefficients: the pictures, which so lie still while what follows them grows. */
  readonly #start: number;
  readonly #end: number;
  /** Sides of the picture that the tables in memory are for. */
  #tables = "";

  /** @param count pictures that it has room for, at least 1 */
  constructor(input: ImageInput, count: number) {
    this.#input = input;
    this.#size = input.width * input.height * 3;
    const coefficients = coefficientsOf(input);
    this.#start = align(coefficients.byteLength);
    this.#end = align(this.#start + count * this.#size * FLOAT + SLACK);
    reserve(this.#memory, this.#end);
    new Float32Array(this.#memory.buffer, 0, coefficients.length).set(coefficients);
  }

  /** The values of the first `count` pictures; good until the next picture is put in. */
  values(count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer, this.#start, count * this.#size);
  }

  /**
   * Puts a picture in, which is lost where a smaller number is put in later.
   *
   * @param picture at most as wide and as high as the input; at least 4 pixels wide where it is smaller
   * @param index place among the pictures, from 0
   */
  put(picture: DecodedPicture, index: number): void {
    const { width, height, layout } = this.#input;
    const target = this.#start + index * this.#size * FLOAT;
    const isSame = picture.width === width && picture.height === height;
    // What is put in as it is lies where the tables for enlarging were.
    if (isSame) this.#tables = "";
    if (layout !== "NHWC") {
      if (isSame) this.#spread(picture.rgb, this.#end, target);
      else this.#enlarge(picture, this.#end, target);
      return;
    }
    const planes = this.#end;
    const rest = align(planes + this.#size * FLOAT + SLACK);
    if (isSame) this.#spread(picture.rgb, rest, planes);
    else this.#enlarge(picture, rest, planes);
    this.#kernels.interleave!(planes, width * height, target);
  }

  /** Bytes to three planes of their own size at `planes`; `scratch` is where free memory begins. */
  #spread(rgb: Uint8Array, scratch: number, planes: number): void {
    reserve(this.#memory, scratch + rgb.byteLength + SLACK);
    new Uint8Array(this.#memory.buffer, scratch, rgb.byteLength).set(rgb);
    const pixels = rgb.byteLength / 3;
    const plane = (channel: number): number => planes + channel * pixels * FLOAT;
    // The tensor's order may be BGR; pixels are always RGB.
    const [red, blue] = this.#input.channels === "RGB" ? [0, 2] : [2, 0];
    this.#kernels.spread!(scratch, pixels, plane(red), plane(1), plane(blue), 0);
  }

  #enlarge(
    { rgb, width: fromWidth, height: fromHeight }: DecodedPicture,
    scratch: number,
    out: number,
  ): void {
    const { width, height } = this.#input;
    const quads = Math.ceil(width / 4);
    // First neighbours and weights of columns, then of rows; small planes; the same made wider; bytes.
    const columns = scratch;
    const columnWeights = columns + quads * 16;
    const rows = columnWeights + quads * 64;
    const rowWeights = rows + height * 16;
    const planes = align(rowWeights + height * 16);
    const wide = align(planes + rgb.byteLength * FLOAT + SLACK);
    const bytes = align(wide + 3 * fromHeight * quads * 16 + SLACK);
    reserve(this.#memory, bytes + rgb.byteLength + SLACK);
    const tables = `${scratch} ${fromWidth} ${fromHeight}`;
    if (tables !== this.#tables) {
      this.#tables = tables;
      const { buffer } = this.#memory;
      new Uint8Array(buffer, columns, planes - columns).fill(0);
      cubicWeights(fromWidth, width).forEach(({ first, weights }, x) => {
        new Uint32Array(buffer, columns + x * 4, 1)[0] = first * FLOAT;
        new Float32Array(buffer, columnWeights + x * 16, 4).set(weights);
      });
      cubicWeights(fromHeight, height).forEach(({ first, weights }, y) => {
        new Uint32Array(buffer, rows + y * 16, 4).set(
          [0, 1, 2, 3].map((tap) => Math.min(fromHeight - 1, first + tap) * quads * 16),
        );
        new Float32Array(buffer, rowWeights + y * 16, 4).set(weights);
      });
    }
    this.#spread(rgb, bytes, planes);
    const { widen, heighten } = this.#kernels;
    widen!(planes, fromWidth * FLOAT, 3 * fromHeight, columns, columnWeights, quads, wide);
    for (let channel = 0; channel < 3; channel++) {
      const [factor, shift] = coefficientOf(this.#input, channel);
      const ends = [shift, 255 * factor + shift].sort((a, b) => a - b) as [number, number];
      const from = wide + channel * fromHeight * quads * 16;
      heighten!(from, rows, rowWeights, width, height, ...ends, out + channel * width * height * FLOAT);
    }
  }
}

/** Factor and shift of a channel of the tensor. */
function coefficientOf({ scale, mean, std }: ImageInput, channel: number): [factor: number, shift: number] {
  return [scale / std[channel]!, -mean[channel]! / std[channel]!];
}

/** Those of red, of green and of blue. */
function coefficientsOf(input: ImageInput): Float32Array {
  const order = input.channels === "RGB" ? [0, 1, 2] : [2, 1, 0];
  return Float32Array.from(order.flatMap((channel) => coefficientOf(input, channel)));
}
