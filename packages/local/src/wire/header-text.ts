/** The text of a header that may have travelled as UTF-8; node gives its bytes as Latin-1. */
export function headerText(value: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

/** One encoded word: charset, B or Q, text. Source: RFC 2047, section 2. */
const ENCODED_WORD = /=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi;

/**
 * The text of a header whose encoded words (RFC 2047) are read. A word that is none is left as it is.
 *
 * @example
 * readEncodedWords("=?UTF-8?Q?R=C3=B6ntgen?= 7") // "Röntgen 7"
 */
export function readEncodedWords(value: string): string {
  return (
    headerText(value)
      // White space between two words only parts them (section 6.2).
      .replace(/\?=[ \t]+=\?/g, "?==?")
      .replace(ENCODED_WORD, (word, charset: string, encoding: string, text: string) => {
        try {
          const bytes = encoding.toUpperCase() === "B" ? Buffer.from(text, "base64") : readQ(text);
          return new TextDecoder(charset, { fatal: true }).decode(bytes);
        } catch {
          return word;
        }
      })
  );
}

function readQ(text: string): Buffer {
  const plain = text.replaceAll("_", " ");
  return Buffer.from(
    plain.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/**
 * Text as a header carries it: as it is where that is printable US-ASCII, else as one encoded word.
 *
 * @example
 * writeEncodedWord("Röntgen") // "=?UTF-8?B?UsO2bnRnZW4=?="
 */
export function writeEncodedWord(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
}
