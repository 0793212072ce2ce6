import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { Endpoint, EndpointStatus } from "./endpoint.js";

/** What happens to an endpoint: the first four by a call, the others by themselves. */
export type EndpointEvent =
  | "update"
  | "scale"
  | "delete"
  | "restart"
  | "serving"
  | "roll-back"
  | "kept-former"
  | "gave-up";

/**
 * Where an event takes an endpoint. What is not listed cannot happen: a call is refused, as AWS refuses a
 * change of an endpoint that is being changed.
 */
const TRANSITIONS: Readonly<Record<EndpointStatus, Partial<Record<EndpointEvent, EndpointStatus>>>> = {
  Creating: { serving: "InService", "gave-up": "Failed", restart: "Creating" },
  InService: { update: "Updating", scale: "Updating", delete: "Deleting", restart: "Updating" },
  Updating: {
    serving: "InService",
    "roll-back": "RollingBack",
    "kept-former": "InService",
    "gave-up": "Failed",
    restart: "Updating",
  },
  RollingBack: { "kept-former": "InService", restart: "Updating" },
  Failed: { update: "Updating", delete: "Deleting" },
  Deleting: {},
};

/** Whether an event can happen to an endpoint in this state. */
export function isAllowed(status: EndpointStatus, event: EndpointEvent): boolean {
  return TRANSITIONS[status][event] !== undefined;
}

/**
 * Takes an endpoint to the state that an event leads to, together with other changes of its record.
 *
 * @throws AwsError ValidationException where the event cannot happen now
 */
export function moveEndpoint(
  endpoints: RecordStore<Endpoint>,
  endpoint: Endpoint,
  event: EndpointEvent,
  change: Partial<Endpoint> = {},
): Endpoint {
  const status = TRANSITIONS[endpoint.status][event];
  if (status === undefined) {
    throw new AwsError("ValidationException", `Cannot update in-progress endpoint "${endpoint.arn}".`);
  }
  const { failureReason, ...rest } = endpoint;
  // A reason stays until something new is tried.
  const kept = event === "update" || failureReason === undefined ? {} : { failureReason };
  const next = { ...rest, ...kept, status, modified: Date.now(), ...change };
  endpoints.set(endpoint.name, next);
  return next;
}
