import { type Api, type Route, type Service, sendJson } from "./service.js";

/** The hosting contract of one model: POST /invocations and GET /execution-parameters. */
export function singleModelApi(service: Service): Api {
  const routes: Readonly<Record<string, Route>> = {
    "/invocations": {
      name: "invocations",
      methods: { POST: (request, response, signal) => service.invoke(request, response, signal) },
    },
    "/execution-parameters": {
      name: "execution-parameters",
      methods: {
        GET: async (_, response) =>
          sendJson(response, 200, {
            MaxConcurrentTransforms: service.concurrency,
            BatchStrategy: "SINGLE_RECORD",
            // Batch transform takes at most 100 MB a request.
            MaxPayloadInMB: Math.min(100, Math.floor(service.maxPayloadBytes / 2 ** 20)),
          }),
      },
    },
  };
  return {
    paths: "/ping, /metrics, /invocations and /execution-parameters",
    unhealthy: () => service.unhealthy(),
    gauges: () => service.gauges(),
    route: (path) => (Object.hasOwn(routes, path) ? routes[path] : undefined),
    close: () => service.close(),
  };
}
