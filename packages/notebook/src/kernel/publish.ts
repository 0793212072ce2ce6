import type { Message } from "../wire/message.js";

/** Content of a message, as the protocol's JSON object. */
export type Content = Readonly<Record<string, unknown>>;

/** Sends a message on the IOPub socket, as a child of `parent`. */
export type Publish = (type: string, content: Content, parent: Message | undefined) => void;
