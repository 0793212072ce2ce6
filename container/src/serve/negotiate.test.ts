import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { negotiate } from "./negotiate.js";
import { RequestError } from "./request-error.js";

const OFFERS = ["application/json", "application/jsonlines", "text/csv"];

describe("negotiate", () => {
  it.each([
    [undefined, "application/json", "nothing is said"],
    ["", "application/json", "nothing is said"],
    ["*/*", "application/json", "anything will do"],
    ["text/csv", "text/csv", "one is asked for"],
    ["TEXT/CSV; charset=utf-8", "text/csv", "case and parameters do not matter"],
    ["text/*", "text/csv", "a range covers it"],
    ["image/png, application/jsonlines", "application/jsonlines", "only one of them is offered"],
    ["text/csv;q=0.5, application/jsonlines;q=0.9", "application/jsonlines", "it is liked better"],
    ["text/csv, */*;q=0.1", "text/csv", "the exact name is liked better than the rest"],
    ["*/*, application/json;q=0", "application/jsonlines", "the exact name is refused"],
  ])("%s gives %s: %s", (accept, type, _reason) => {
    expect(negotiate(accept, OFFERS)).toBe(type);
  });

  it("prefers what it is told to where the caller does not mind, and only if it is offered", () => {
    expect(negotiate("*/*", OFFERS, "text/csv")).toBe("text/csv");
    expect(negotiate(undefined, OFFERS, "text/csv")).toBe("text/csv");
    expect(negotiate("application/json", OFFERS, "text/csv")).toBe("application/json");
    expect(negotiate("*/*", OFFERS, "video/mp4")).toBe("application/json");
  });

  it.each(["image/png", "application/x-image", "text/csv;q=0", "json", ";", "*/*;q=0", "text/csv;q=2"])(
    "answers 406 to %s and names the offers",
    (accept) => {
      const refuse = () => negotiate(accept, OFFERS);
      expect(refuse).toThrow(/can be application\/json, application\/jsonlines, text\/csv/);
      expect(refuse).toThrow(expect.objectContaining({ status: 406 }));
    },
  );

  it("takes an offer or refuses, whatever is sent", () => {
    const part = fc.oneof(fc.constantFrom(...OFFERS, "*/*", "text/*", ";q=0.3", ";q=x", ","), fc.string());
    const property = fc.property(fc.array(part), (parts) => {
      try {
        expect(OFFERS).toContain(negotiate(parts.join(""), OFFERS));
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
      }
    });
    fc.assert(property);
  });
});
