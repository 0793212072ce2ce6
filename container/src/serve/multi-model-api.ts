import type { IncomingMessage } from "node:http";
import type { Gauge } from "./metrics.js";
import type { ModelRegistry } from "./model-registry.js";
import { readBody } from "./read-body.js";
import { RequestError } from "./request-error.js";
import { type Api, type Handler, type Route, sendJson } from "./service.js";

/** Largest request to load a model, in bytes. */
const MAX_LOAD_BYTES = 64 * 1024;
/** Models on one page of GET /models. */
const PAGE = 100;

/**
 * The contract of a multi-model endpoint: POST and GET /models, GET and DELETE /models/NAME, POST /models/NAME/invoke.
 * It is healthy without any model. What it says of a success is what multi-model-server says, which AWS's own images have.
 */
export function multiModelApi(models: ModelRegistry): Api {
  const load: Handler = async (request, response, signal) => {
    const { model_name: name, url } = await readLoad(request, signal);
    await models.load(name, url);
    sendJson(response, 200, { status: "Workers scaled" });
  };
  const list: Handler = async (request, response) => sendJson(response, 200, page(request, models));
  const one = (name: string): Route => ({
    name: "model",
    methods: {
      GET: async (_, response) => {
        const { modelName, modelUrl } = models.find(name);
        sendJson(response, 200, { modelName, modelUrl });
      },
      DELETE: async (_, response) => {
        await models.unload(name);
        sendJson(response, 200, { status: `Model "${name}" unregistered` });
      },
    },
  });
  return {
    paths: "/ping, /metrics, /models, /models/NAME and /models/NAME/invoke",
    unhealthy: () => undefined,
    gauges: () => addUp(models),
    route(path) {
      if (path === "/models") return { name: "models", methods: { POST: load, GET: list } };
      const [, name, invoke] = /^\/models\/([^/]+)(\/invoke)?$/.exec(path) ?? [];
      if (name === undefined) return undefined;
      if (invoke === undefined) return one(decode(name));
      return { name: "invocations", methods: { POST: models.invoke(decode(name)) } };
    },
    close: () => models.close(),
  };
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (cause) {
    throw new RequestError(400, "InvalidModelName", `The path's "${name}" is not percent-encoded rightly.`, {
      cause,
    });
  }
}

async function readLoad(
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<{ model_name: string; url: string }> {
  const body = await readBody(request, { maxBytes: MAX_LOAD_BYTES, signal });
  const wrong = (cause?: unknown): never => {
    throw new RequestError(
      400,
      "InvalidModel",
      'The body must be JSON such as {"model_name": "cats", "url": "/opt/ml/models/cats/model"}.',
      { cause },
    );
  };
  let value: { model_name?: unknown; url?: unknown } | null;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    return wrong(cause);
  }
  const { model_name, url } = value ?? {};
  if (typeof model_name !== "string" || model_name === "" || typeof url !== "string" || url === "")
    return wrong();
  return { model_name, url };
}

/** `?limit=N&next_page_token=T`: the token is the place in the list. */
function page(request: IncomingMessage, models: ModelRegistry): object {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const number = (name: string, fallback: number, min: number): number => {
    const text = query.get(name);
    if (text === null || text === "") return fallback;
    if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
    throw new RequestError(
      400,
      "InvalidQuery",
      `${name} must be an integer of at least ${min}, not "${text}".`,
    );
  };
  const all = models.list();
  const from = number("next_page_token", 0, 0);
  const to = from + number("limit", PAGE, 1);
  return { models: all.slice(from, to), ...(to < all.length ? { nextPageToken: String(to) } : {}) };
}

function addUp(models: ModelRegistry): Gauge[] {
  const sums = new Map<string, Gauge>();
  for (const gauge of models.services().flatMap((service) => service.gauges())) {
    const value = (sums.get(gauge.name)?.value ?? 0) + gauge.value;
    sums.set(gauge.name, { ...gauge, value });
  }
  return [{ name: "models", help: "Models that are loaded.", value: models.list().length }, ...sums.values()];
}
