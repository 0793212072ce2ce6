/** What keeps a command from doing its work: the message says what, where and the remedy. */
export class CliError extends Error {
  override name = "CliError";
}
