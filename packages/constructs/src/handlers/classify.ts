import { createClassifyHandler } from "@sightline/sdk/lambda";

const {
  ENDPOINT_NAME = "",
  LABELS = "[]",
  TOP = "10",
  MAX_IMAGE_BYTES = "4500000",
  ALLOWED_ORIGIN,
} = process.env;

/** Classifies a picture that is posted. */
export const handler = createClassifyHandler({
  endpointName: ENDPOINT_NAME,
  labels: JSON.parse(LABELS) as string[],
  top: Number(TOP),
  maxImageBytes: Number(MAX_IMAGE_BYTES),
  ...(ALLOWED_ORIGIN === undefined ? {} : { allowedOrigin: ALLOWED_ORIGIN }),
});
