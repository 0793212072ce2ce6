import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeader, decodeMessage, encodeMessage, type Message } from "./message.js";

const bytes = (frames: readonly (string | Uint8Array)[]) =>
  frames.map((frame) => Buffer.from(frame as string));
const message = (content: Message["content"], identities: Uint8Array[] = []): Message => ({
  identities,
  header: createHeader("execute_request", "session"),
  parent: {},
  metadata: {},
  content,
});

describe("messages", () => {
  it("come back as they were sent", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(fc.uint8Array({ minLength: 1 })),
        fc.string(),
        (content, identities, key) => {
          const sent = message(
            JSON.parse(JSON.stringify(content)),
            identities.map((one) => Buffer.from(one)),
          );
          expect(decodeMessage(bytes(encodeMessage(sent, key)), key)).toEqual(sent);
        },
      ),
    );
  });

  it("are refused when they were signed with another key, changed, or are none", () => {
    const frames = bytes(encodeMessage(message({ code: "1" }), "key"));
    expect(() => decodeMessage(frames, "other")).toThrow("wrong signature");
    const changed = [...frames.slice(0, -1), Buffer.from('{"code":"2"}')];
    expect(() => decodeMessage(changed, "key")).toThrow("wrong signature");
    expect(() => decodeMessage(frames.slice(0, 3), "key")).toThrow("5 frames");
    expect(() => decodeMessage([], "key")).toThrow("5 frames");
  });

  it("are signed as Jupyter's specification says: HMAC-SHA256 of the four parts, in hex", () => {
    const fixed: Message = {
      identities: [],
      header: { msg_id: "1", msg_type: "status", session: "s", username: "u", date: "d", version: "5.3" },
      parent: {},
      metadata: {},
      content: {},
    };
    // python3: hmac.new(b"key", b'{"msg_id":"1","msg_type":"status","session":"s","username":"u","date":"d","version":"5.3"}{}{}{}', "sha256").hexdigest()
    expect(encodeMessage(fixed, "key")[1]).toBe(
      "03a828d209cd4338de5e76d85e41aa79952aa649ab74fc84a401ed7fbe6894b4",
    );
  });
});
