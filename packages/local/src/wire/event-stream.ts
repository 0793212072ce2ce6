import { crc32 } from "node:zlib";

/** Header values of type string (7); the others are not needed here. */
const STRING_TYPE = 7;

/**
 * Encodes one event-stream message: total length, header length, CRC of both, headers, payload, CRC
 * of all. Source: "Amazon event stream specification" of the Smithy documentation.
 */
export function encodeEvent(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const encoded = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const text = Buffer.from(value);
      const head = Buffer.alloc(4 + name.length);
      head.writeUInt8(name.length, 0);
      head.write(name, 1, "latin1");
      head.writeUInt8(STRING_TYPE, 1 + name.length);
      head.writeUInt16BE(text.length, 2 + name.length);
      return Buffer.concat([head, text]);
    }),
  );
  const total = 16 + encoded.length + payload.length;
  const message = Buffer.alloc(total);
  message.writeUInt32BE(total, 0);
  message.writeUInt32BE(encoded.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(encoded, 12);
  message.set(payload, 12 + encoded.length);
  message.writeUInt32BE(crc32(message.subarray(0, total - 4)), total - 4);
  return message;
}
