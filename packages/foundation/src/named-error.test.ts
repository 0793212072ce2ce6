import { expect, test } from "vitest";
import { namedError } from "./named-error.js";

class BaseError extends namedError("BaseError", Error) {}
class PlaceError extends namedError("PlaceError", BaseError) {
  constructor(
    message: string,
    readonly place: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
class ChildError extends namedError("ChildError", PlaceError) {}

test("an error has the literal name of its own class, and is one of each base", () => {
  const cause = new Error("below");
  const child = new ChildError("wrong", 7, { cause });
  expect(child).toMatchObject({ name: "ChildError", message: "wrong", place: 7, cause });
  expect(child).toBeInstanceOf(PlaceError);
  expect(child).toBeInstanceOf(BaseError);
  expect(child).not.toBeInstanceOf(TypeError);
  expect(new PlaceError("", 0).name).toBe("PlaceError");
  expect(new BaseError("wrong").name).toBe("BaseError");
});

test("the name stays when a minifier renames the class", () => {
  const r = class extends namedError("WaitTimeoutError", BaseError) {};
  expect(new r("late").name).toBe("WaitTimeoutError");
});
