import type { FastifyInstance } from "fastify";
import type { ApiParts } from "./api-parts.js";

/** Health for whoever restarts, readiness for whoever balances, metrics for Prometheus, the API's description. */
export function addOperationRoutes(api: FastifyInstance, { checkReady, metrics }: ApiParts): void {
  api.get("/health/live", { schema: { summary: "The process answers" } }, async () => ({ status: "live" }));
  api.get(
    "/health/ready",
    { schema: { summary: "Requests are welcome; 503 with the reason when not" } },
    async (_request, reply) => {
      try {
        await checkReady();
        return { status: "ready" };
      } catch (error) {
        return reply.code(503).send({ status: "not ready", error: (error as Error).message });
      }
    },
  );
  api.get("/metrics", { schema: { summary: "Figures in Prometheus' form" } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  api.get("/openapi.json", { schema: { hide: true } }, async () => api.swagger());
}
