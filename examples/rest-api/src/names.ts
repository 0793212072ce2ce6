/** Name of the stack. */
export const STACK_NAME = "SightlineRestApi";
/** Name of the endpoint, which `deployEndpoint` makes and the API calls. */
export const ENDPOINT_NAME = "rest-api";
/** What the drawn pictures show, in the order of the class ids. */
export const CLASS_NAMES = [
  "arrow",
  "circle",
  "cross",
  "heart",
  "house",
  "stairs",
  "star",
  "triangle",
] as const;
/** Who may call the API: anybody, or who has a key. */
export const ACCESS_KINDS = ["open", "api-key"] as const;
