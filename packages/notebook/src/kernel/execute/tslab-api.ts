import { randomBytes } from "node:crypto";
import type { DisplayMessage } from "./display-message.js";

type Write = (message: DisplayMessage, update: boolean) => void;

/** The version of tslab whose API this is. */
export const tslabVersion = "1.0.22";

/** What `import ... from "tslab"` gives: tslab's API over this kernel. */
export function createTslab(write: Write, typescript: string) {
  return {
    versions: { tslab: tslabVersion, typescript, node: process.version },
    display: new Display(write),
    /** A display that later calls replace. */
    newDisplay: () => new Display(write, randomBytes(8).toString("hex")),
  };
}

class Display {
  readonly #write: Write;
  readonly #id: string | undefined;
  #shown = false;

  constructor(write: Write, id?: string) {
    this.#write = write;
    this.#id = id;
  }

  // tslab's own type for scripts, text/javascript, is ignored by browsers.
  javascript = (text: string) => this.raw("application/javascript", text);
  html = (text: string) => this.raw("text/html", text);
  markdown = (text: string) => this.raw("text/markdown", text);
  latex = (text: string) => this.raw("text/latex", text);
  svg = (text: string) => this.raw("image/svg+xml", text);
  png = (bytes: Uint8Array) => this.raw("image/png", bytes);
  jpeg = (bytes: Uint8Array) => this.raw("image/jpeg", bytes);
  gif = (bytes: Uint8Array) => this.raw("image/gif", bytes);
  pdf = (bytes: Uint8Array) => this.raw("application/pdf", bytes);
  text = (text: string) => this.raw("text/plain", text);

  raw = (type: string, content: unknown): void => {
    const value = content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content;
    const transient = this.#id === undefined ? {} : { display_id: this.#id };
    this.#write({ data: { [type]: value }, metadata: {}, transient }, this.#shown && this.#id !== undefined);
    this.#shown = true;
  };
}
