/** Takes messages for people; the shape of `console`. */
export interface Logger {
  /** Something happened as it should. */
  info(message: string): void;
  /** Something went wrong, and is tried again or done without. */
  warn(message: string): void;
  /** Something failed. */
  error(message: string): void;
}
