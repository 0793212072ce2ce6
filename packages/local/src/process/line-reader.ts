import { StringDecoder } from "node:string_decoder";

/** Takes bytes apart into lines. */
export interface LineReader {
  write(bytes: Uint8Array): void;
  /** Gives out what stands behind the last line end. */
  end(): void;
}

/**
 * Makes a reader of lines that end in LF, CR or both: a progress bar ends its lines in CR alone.
 *
 * @param maxCharacters what is kept of a line; the rest is dropped as it comes, so that a program that
 *   prints no line end cannot fill the memory
 */
export function createLineReader(maxCharacters: number, onLine: (line: string) => void): LineReader {
  const decoder = new StringDecoder("utf8");
  let line = "";
  let isOpen = false;
  let afterCarriageReturn = false;

  const append = (piece: string): void => {
    if (line.length < maxCharacters) line += piece.slice(0, maxCharacters - line.length);
    isOpen ||= piece !== "";
  };
  const finish = (): void => {
    onLine(line);
    line = "";
    isOpen = false;
  };
  const read = (text: string): void => {
    if (text === "") return;
    const rest = afterCarriageReturn && text.startsWith("\n") ? text.slice(1) : text;
    afterCarriageReturn = text.endsWith("\r");
    const pieces = rest.split(/\r\n|\n|\r/);
    const open = pieces.pop()!;
    for (const piece of pieces) {
      append(piece);
      finish();
    }
    append(open);
  };
  return {
    write: (bytes) => read(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))),
    end() {
      read(decoder.end());
      if (isOpen) finish();
    },
  };
}
