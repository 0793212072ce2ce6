import { describe, expect, test } from "vitest";
import { corsHeaders } from "./cors-rules.js";

const rule = { methods: ["GET"], headers: [], exposed: [] };
const allowed = (pattern: string, origin: string) =>
  corsHeaders([{ ...rule, origins: [pattern] }], { origin, method: "GET", headers: [] })?.[
    "access-control-allow-origin"
  ];

describe("an origin", () => {
  // The table of ceph/s3-tests' test_cors_origin_response.
  test.each([
    ["*suffix", "foo.suffix", true],
    ["*suffix", "foo.suffix.get", false],
    ["start*end", "startend", true],
    ["start*end", "start12end", true],
    ["start*end", "0start12end", false],
    ["prefix*", "prefix", true],
    ["prefix*", "bla.prefix", false],
    ["ab*ba", "aba", false],
    ["https://a.b", "https://a.b", true],
    ["https://a.b", "https://a.b.c", false],
  ])("%s and %s: %s", (pattern, origin, fits) => {
    expect(allowed(pattern, origin)).toBe(fits ? origin : undefined);
  });

  test("of any kind is answered with a star, which browsers take only without credentials", () => {
    const ask = { origin: "https://a.b", method: "GET", headers: [] };
    expect(corsHeaders([{ ...rule, origins: ["*"] }], ask)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-credentials": undefined,
    });
  });
});
