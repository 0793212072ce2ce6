/** POSIX.1-1988 (ustar): headers and data in blocks of 512 bytes. */
export const BLOCK = 512;

export interface TarEntryHeader {
  readonly name: string;
  /** Bytes of the content. */
  readonly size: number;
  /** `0` file, `5` folder, `1` and `2` links, `x` and `g` pax records, `L` GNU long name. */
  readonly type: string;
}

/** The header of a regular file, owned by root, mode 644, dated 1970: the same bytes wherever it is made. */
export function encodeHeader(name: string, size: number, type = "0"): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { prefix, base } = splitName(name);
  header.write(base, 0, 100, "utf8");
  header.write("0000644\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  header.write(encodeSize(size), 124, "latin1");
  header.write("00000000000\0", 136, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, 155, "utf8");
  header.write(`${checksum(header).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** True when name and size need no pax record before the header. */
export function fitsHeader(name: string, size: number): boolean {
  const { prefix, base } = splitName(name);
  const fits = Buffer.byteLength(base) <= 100 && Buffer.byteLength(prefix) <= 155;
  return fits && isAscii(name) && size < 8 ** 11;
}

/** A pax record, `<length> <key>=<value>\n`, the length counting itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) {
    length = String(length).length + Buffer.byteLength(rest);
  }
  return `${length}${rest}`;
}

/** Reads a header; undefined for the block of zeros that ends an archive. */
export function decodeHeader(block: Buffer): TarEntryHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const stored = Number.parseInt(text(block, 148, 8), 8);
  if (stored !== checksum(block)) throw new RangeError("a header's checksum is wrong");
  const ustar = block.toString("latin1", 257, 262) === "ustar";
  // GNU tar uses the bytes of the prefix for other things.
  const posix = ustar && block.toString("latin1", 263, 265) === "00";
  const prefix = posix ? text(block, 345, 155) : "";
  const base = text(block, 0, 100);
  return {
    name: prefix === "" ? base : `${prefix}/${base}`,
    size: decodeSize(block),
    type: block[156] === 0 ? "0" : String.fromCharCode(block[156] as number),
  };
}

function splitName(name: string): { prefix: string; base: string } {
  if (Buffer.byteLength(name) <= 100) return { prefix: "", base: name };
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    const prefix = name.slice(0, at);
    const base = name.slice(at + 1);
    if (Buffer.byteLength(base) <= 100 && base !== "" && Buffer.byteLength(prefix) <= 155)
      return { prefix, base };
  }
  return { prefix: "", base: name };
}

function isAscii(value: string): boolean {
  return Buffer.byteLength(value) === value.length;
}

function encodeSize(size: number): string {
  const octal = size.toString(8);
  return `${(octal.length > 11 ? "0" : octal).padStart(11, "0")}\0`;
}

function decodeSize(block: Buffer): number {
  // GNU and star: the first bit set means a big-endian number in base 256.
  if ((block[124] as number) & 0x80) {
    const size = block.readBigUInt64BE(128);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError("an entry's size is beyond all measure");
    return Number(size);
  }
  const digits = text(block, 124, 12).trim();
  if (!/^[0-7]*$/.test(digits)) throw new RangeError("an entry's size is no octal number");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString("utf8", start, end === -1 || end > start + length ? start + length : end);
}

function checksum(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] as number);
  return sum;
}
