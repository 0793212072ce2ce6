import { describe, expect, test, vi } from "vitest";
import type { RecordStore } from "../../state/record-store.js";
import type { Endpoint, EndpointStatus } from "./endpoint.js";
import { type EndpointEvent, isAllowed, moveEndpoint } from "./endpoint-states.js";

const store = { set: vi.fn() } as unknown as RecordStore<Endpoint>;
const endpoint = (status: EndpointStatus, more: Partial<Endpoint> = {}) =>
  ({ name: "e", arn: "arn:e", status, ...more }) as Endpoint;

describe("an endpoint", () => {
  test.each([
    ["Creating", "serving", "InService"],
    ["Creating", "gave-up", "Failed"],
    ["InService", "update", "Updating"],
    ["Updating", "roll-back", "RollingBack"],
    ["RollingBack", "kept-former", "InService"],
    ["Failed", "update", "Updating"],
    ["Failed", "delete", "Deleting"],
  ] as const)("that is %s becomes, by %s, %s", (status, event, next) => {
    expect(moveEndpoint(store, endpoint(status), event).status).toBe(next);
  });

  test.each(["Creating", "Updating", "RollingBack", "Deleting"] as const)(
    "that is %s takes no call",
    (status) => {
      for (const event of ["update", "scale", "delete"] as const satisfies EndpointEvent[]) {
        expect(isAllowed(status, event)).toBe(false);
        expect(() => moveEndpoint(store, endpoint(status), event)).toThrow(
          'Cannot update in-progress endpoint "arn:e".',
        );
      }
    },
  );

  test("keeps the reason of a failure until something new is tried", () => {
    const failed = endpoint("InService", { failureReason: "why" });
    expect(moveEndpoint(store, failed, "scale").failureReason).toBe("why");
    expect(moveEndpoint(store, failed, "update").failureReason).toBeUndefined();
  });
});
