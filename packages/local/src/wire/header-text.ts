/** The text of a header that may have travelled as UTF-8; node gives its bytes as Latin-1. */
export function headerText(value: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
