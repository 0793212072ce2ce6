/** Cuts the bytes of an object into the payloads of its requests. */
export type MiniBatches = (content: Uint8Array) => Generator<Uint8Array, void>;

/** A record that is larger than a payload may be. */
export class RecordTooLargeError extends Error {}

/** The whole object is one payload. */
export function whole(maxBytes: number): MiniBatches {
  return function* (content) {
    if (content.length > maxBytes) throw tooLarge(content.length, maxBytes);
    yield content;
  };
}

/** Each line is a record; `MultiRecord` puts as many into a payload as fit, `SingleRecord` one. Empty lines are none. */
export function byLine(strategy: "MultiRecord" | "SingleRecord", maxBytes: number): MiniBatches {
  return function* (content) {
    let start = -1;
    let end = 0;
    for (const [from, to] of lines(content)) {
      if (to - from > maxBytes) throw tooLarge(to - from, maxBytes);
      const fits = start >= 0 && strategy === "MultiRecord" && to - start <= maxBytes;
      if (start >= 0 && !fits) yield content.subarray(start, end);
      if (!fits) start = from;
      end = to;
    }
    if (start >= 0) yield content.subarray(start, end);
  };
}

/** Bounds of the lines that hold something, without their line ends. */
function* lines(content: Uint8Array): Generator<readonly [number, number], void> {
  for (let from = 0; from < content.length; ) {
    const found = content.indexOf(10, from);
    const to = found < 0 ? content.length : found;
    if (to > from) yield [from, to];
    from = to + 1;
  }
}

function tooLarge(bytes: number, maxBytes: number): RecordTooLargeError {
  return new RecordTooLargeError(
    `A record of ${bytes} bytes is larger than the payload limit of ${maxBytes} bytes. Raise MaxPayloadInMB (100 at most), or split the input.`,
  );
}
