/** JSON Schema of what a service answers to a picture: its classes, the most probable first. */
export const predictionsSchema = {
  type: "object",
  required: ["predictions"],
  properties: {
    predictions: {
      type: "array",
      items: {
        type: "object",
        required: ["classId", "className", "probability"],
        properties: {
          classId: { type: "integer", minimum: 0 },
          className: { type: "string" },
          probability: { type: "number", minimum: 0, maximum: 1 },
        },
      },
    },
  },
} as const;
