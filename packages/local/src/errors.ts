import { namedError } from "@sightline/foundation/named-error";

/** Base of every error that this package throws at its caller. */
export class LocalError extends namedError("LocalError", Error) {}

/** The state directory is in use by another running server. */
export class StateDirInUseError extends namedError("StateDirInUseError", LocalError) {
  /** Process id of the server that holds the directory. */
  readonly pid: number;

  constructor(stateDir: string, pid: number, url: string | undefined) {
    const where = url === undefined ? "" : ` at ${url}`;
    super(
      `The state directory ${stateDir} is in use by process ${pid}${where}. Stop that server, or choose another directory.`,
    );
    this.pid = pid;
  }
}

/** The state directory cannot be made, read or written, or what is in it is not what this package wrote. */
export class StateDirUnusableError extends namedError("StateDirUnusableError", LocalError) {}

/** The wanted port is taken. */
export class PortInUseError extends namedError("PortInUseError", LocalError) {
  /** The port that was asked for. */
  readonly port: number;

  constructor(port: number, cause: unknown) {
    super(
      `Port ${port} on 127.0.0.1 is in use. Stop what listens there, choose another port, or use port 0.`,
      {
        cause,
      },
    );
    this.port = port;
  }
}

/** The emulator that this server is to stand beside does not answer. */
export class EmulatorUnreachableError extends namedError("EmulatorUnreachableError", LocalError) {
  /** Where it was looked for. */
  readonly url: string;

  constructor(url: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(
      `No S3 answers at ${url}: ${why}. Start the emulator first, or let this server bring one with --with ministack.`,
      { cause },
    );
    this.url = url;
  }
}

/** MiniStack cannot be installed or does not start. */
export class MiniStackError extends namedError("MiniStackError", LocalError) {}

/** An answer on the wire that is not a success: an AWS error code, its HTTP status and message. */
export class AwsError extends namedError("AwsError", LocalError) {
  /** The code that clients switch on, such as `ValidationException` or `NoSuchKey`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Members that the error shape has besides its message. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Headers that go with the error. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    extra: { members?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.status = status;
    this.members = extra.members ?? {};
    this.headers = extra.headers ?? {};
  }
}
