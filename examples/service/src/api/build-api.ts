import swagger from "@fastify/swagger";
import { discardBody } from "@sightline/foundation/discard-body";
import fastify, { type FastifyInstance } from "fastify";
import type { ApiParts } from "./api-parts.js";
import { addClassifyRoute, type Classifier, PHOTO_TYPES } from "./classify-route.js";
import { addMarkUpRoute, type Detector, VIDEO_TYPES } from "./mark-up-route.js";
import { addOperationRoutes } from "./operation-routes.js";
import { refusalOf } from "./refusal.js";

/** The service: photos if there is a classifier, videos if there is a detector, and always health, metrics, description. */
export async function buildApi(
  parts: ApiParts,
  work: { readonly classifier?: Classifier; readonly detector?: Detector },
): Promise<FastifyInstance> {
  const { limits, metrics, log } = parts;
  const api = fastify({ requestTimeout: limits.requestMs, trustProxy: false });
  // Bodies are streams: schemas describe them, and check nothing.
  api.setValidatorCompiler(() => () => true);
  api.removeAllContentTypeParsers();
  api.addHook("onRequest", async (request, reply) => {
    // Fastify's onResponse knows only answers that were sent; this comes for senders that left too.
    reply.raw.once("close", () => {
      const route = request.routeOptions.url ?? "none";
      const status = reply.raw.writableFinished ? String(reply.statusCode) : "499";
      metrics.requests.inc({ method: request.method, route, status });
      metrics.seconds.observe({ route }, reply.elapsedTime / 1000);
    });
  });
  api.addHook("onResponse", async (request) => discardBody(request.raw));
  api.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    const left = !reply.raw.writableFinished && reply.raw.destroyed;
    if (refusal === undefined && !left) {
      log(
        `${request.method} ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
      );
    }
    if (refusal?.again === true) reply.header("retry-after", "1");
    return reply
      .code(refusal?.statusCode ?? 500)
      .send({ error: refusal?.message ?? "The service failed; its log says why." });
  });
  api.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is no ${request.method} ${request.url.split("?")[0]}.` }),
  );
  await api.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Photos and videos",
        version: "1.0.0",
        description: "Classifies photos, marks up videos",
      },
    },
  });
  addOperationRoutes(api, parts);
  const routes = (types: readonly string[], add: (inner: FastifyInstance) => void) =>
    api.register(async (inner) => {
      // The body stays where it is: each route takes it piece by piece.
      inner.addContentTypeParser([...types], (_request, _payload, done) => done(null));
      add(inner);
    });
  const { classifier, detector } = work;
  if (classifier !== undefined) {
    await routes(PHOTO_TYPES, (inner) => addClassifyRoute(inner, classifier, parts));
  }
  if (detector !== undefined) await routes(VIDEO_TYPES, (inner) => addMarkUpRoute(inner, detector, parts));
  await api.ready();
  return api;
}
