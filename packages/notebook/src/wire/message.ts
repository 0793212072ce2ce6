import { createHmac, randomUUID } from "node:crypto";
import { WireError } from "../errors.js";

/** Header of a Jupyter message; field names are the protocol's own. */
export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601 time of the sender's clock. */
  readonly date: string;
  readonly version: string;
}

/** A Jupyter message, protocol 5.3, without binary buffers (neither side of ours sends any). */
export interface Message {
  /** Routing prefix: peer identities on a router socket, the topic on a publisher. */
  readonly identities: readonly Uint8Array[];
  readonly header: MessageHeader;
  readonly parent: Partial<MessageHeader>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The Jupyter protocol version that both ends speak. */
export const protocolVersion = "5.3";

/** Ends the routing prefix; "The wire protocol" in Jupyter's messaging specification. */
const delimiter = Buffer.from("<IDS|MSG>");

/** A header with a fresh id and the time now. */
export function createHeader(type: string, session: string): MessageHeader {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "sightline",
    date: new Date().toISOString(),
    version: protocolVersion,
  };
}

/** Frames for a socket: identities, delimiter, HMAC-SHA256 of the four parts, the parts. */
export function encodeMessage(message: Message, key: string): (string | Uint8Array)[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    JSON.stringify(part),
  );
  return [...message.identities, delimiter, sign(parts, key), ...parts];
}

/**
 * The message in a socket's frames.
 * @throws WireError when the frames are not a message or the signature does not match the key.
 */
export function decodeMessage(frames: readonly Uint8Array[], key: string): Message {
  const at = frames.findIndex((frame) => delimiter.equals(frame));
  if (at < 0 || frames.length < at + 6) {
    throw new WireError(`A Jupyter message needs a delimiter and 5 frames after it, got ${frames.length}.`);
  }
  const parts = frames.slice(at + 2, at + 6).map((frame) => Buffer.from(frame).toString("utf8"));
  if (Buffer.from(frames[at + 1]!).toString("utf8") !== sign(parts, key)) {
    throw new WireError("A Jupyter message has a wrong signature: the two ends use different keys.");
  }
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part));
  return { identities: frames.slice(0, at), header, parent, metadata, content };
}

/** An empty key means that messages are not signed. */
function sign(parts: readonly string[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
