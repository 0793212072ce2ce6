import { predictionsSchema } from "@sightline/contract/predictions-schema";
import { type JsonSchema, JsonSchemaType } from "aws-cdk-lib/aws-apigateway";

/** What the document says of an API. */
export interface OpenApiOptions {
  /** Largest picture in bytes. */
  readonly maxImageBytes: number;
  /** Classes in an answer. */
  readonly top: number;
  /** How callers are told apart. */
  readonly access: "open" | "api-key" | "cognito";
}

/** A picture in JSON; API Gateway checks it before the function is called. */
export const REQUEST_SCHEMA: JsonSchema = {
  type: JsonSchemaType.OBJECT,
  required: ["data"],
  properties: {
    data: { type: JsonSchemaType.STRING, minLength: 4, description: "The picture as base64" },
  },
  additionalProperties: false,
};

const ERRORS: Readonly<Record<string, string>> = {
  400: "No body, or JSON of another form",
  403: "No or a wrong API key, or a path or method that is not there",
  413: "The picture is too large",
  415: "No JPEG, PNG or WebP",
  422: "The picture could not be read",
  429: "Too many requests; Retry-After says when to come again",
  502: "The classifier failed",
  503: "The classifier is busy; Retry-After says when to come again",
  504: "The classifier did not answer in time",
};

/**
 * The OpenAPI 3.1 document of a classification API.
 *
 * @example
 * ```ts
 * openApiDocument({ maxImageBytes: 4_500_000, top: 10, access: "open" }).openapi; // "3.1.0"
 * ```
 */
export function openApiDocument({ maxImageBytes, top, access }: OpenApiOptions) {
  const picture = { schema: { type: "string", format: "binary" } };
  const schemes = {
    open: {},
    "api-key": { key: { type: "apiKey", in: "header", name: "x-api-key" } },
    cognito: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
  }[access];
  const error = { type: "object", properties: { error: { type: "string" } } };
  return {
    openapi: "3.1.0",
    info: { title: "Image classification", version: "1.0.0" },
    paths: {
      "/classify": {
        post: {
          operationId: "classify",
          summary: "Classifies one picture",
          security: Object.keys(schemes).map((name) => ({ [name]: [] })),
          requestBody: {
            required: true,
            description: `A picture of at most ${maxImageBytes} bytes`,
            content: {
              "image/jpeg": picture,
              "image/png": picture,
              "image/webp": picture,
              "application/json": { schema: REQUEST_SCHEMA },
            },
          },
          responses: {
            200: {
              description: `The ${top} most probable classes, the most probable first`,
              content: { "application/json": { schema: { $ref: "#/components/schemas/Predictions" } } },
            },
            ...Object.fromEntries(
              Object.entries(ERRORS).map(([status, description]) => [
                status,
                { description, content: { "application/json": { schema: error } } },
              ]),
            ),
          },
        },
      },
    },
    components: {
      securitySchemes: schemes,
      schemas: {
        Predictions: predictionsSchema,
      },
    },
  };
}
