/**
 * Percent-encodes as Signature Version 4 asks: every byte but `A-Z a-z 0-9 - . _ ~`.
 * Source: "Create a signed AWS API request", step 1.
 */
export function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Undoes percent-encoding. Returns undefined for a malformed sequence. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The parts of a request target, still as sent. */
export interface RequestTarget {
  /** The path, percent-encoded as the client sent it. */
  readonly rawPath: string;
  /** Decoded names and values in the order sent; a name without `=` has the value "". */
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** Splits an HTTP request target without normalising it: S3 keys may hold `..` and `//`. */
export function parseTarget(url: string): RequestTarget {
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const query: [string, string][] = [];
  for (const part of mark < 0 ? [] : url.slice(mark + 1).split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodePlus(equals < 0 ? part : part.slice(0, equals));
    query.push([name, equals < 0 ? "" : decodePlus(part.slice(equals + 1))]);
  }
  return { rawPath, query };
}

function decodePlus(text: string): string {
  return decodePercent(text.replaceAll("+", " ")) ?? text;
}
