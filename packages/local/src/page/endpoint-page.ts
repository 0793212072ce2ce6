import type { PriceTable } from "@sightline/contract/price-table";
import { escapeHtml } from "@sightline/foundation/escape";
import { endpointLogGroup } from "../sagemaker/hosting/fleet.js";
import { type ActionForm, actionHtml } from "./actions.js";
import { badgeHtml, duration, logHtml, type Page, tableHtml } from "./layout.js";
import { activitiesHtml, priceHtml } from "./overview.js";
import { type PageSources, readEndpoints } from "./read-status.js";
import { readTail } from "./read-tail.js";

/** An endpoint: its instances, its scaling, its log; undefined when there is none. */
export function endpointPage(
  sources: PageSources,
  prices: PriceTable,
  name: string,
  form: ActionForm | undefined,
  now = Date.now(),
): Page | undefined {
  const endpoint = readEndpoints(sources, prices, now).find((one) => one.name === name);
  if (endpoint === undefined) return undefined;
  const { status, variants, failureReason, createdMs } = endpoint;
  const fleets = sources.endpoints.deployment(name)?.fleets ?? [];
  const instances = fleets.flatMap(({ variant, healthy }) =>
    healthy.map(({ id, port, inFlight }) => [
      escapeHtml(id),
      escapeHtml(variant.VariantName),
      `127.0.0.1:${port}`,
      String(inFlight),
    ]),
  );
  const action =
    form === undefined || status === "Deleting" ? "" : actionHtml(form, ["delete", name], "Delete");
  return {
    title: `${name}: ${status}`,
    html: `<h1>${escapeHtml(name)}</h1>
<p>endpoint ${badgeHtml(status)} for ${duration(now - createdMs)} ${action}</p>
${failureReason === undefined ? "" : `<p class="note">${escapeHtml(failureReason)}</p>`}
<h2>Variants</h2>
${tableHtml(
  ["variant", "weight", "instances", "type", "invocations", "failed", "latency p50, p95", "on AWS"],
  variants.map((variant) => [
    escapeHtml(variant.name),
    String(variant.weight),
    `${variant.healthy} of ${variant.desired}`,
    escapeHtml(variant.instanceType),
    String(variant.invocations),
    String(variant.errors),
    variant.latencyMs === undefined ? "" : variant.latencyMs.map((ms) => `${ms.toFixed(1)} ms`).join(", "),
    priceHtml(variant),
  ]),
  "It has no variant.",
)}
<h2>Instances</h2>
${tableHtml(["instance", "variant", "answers at", "in flight"], instances, "No instance is well.")}
<h2>Scaling</h2>
${activitiesHtml(sources, name, now)}
<h2>Log</h2>
${logHtml(readTail(sources.cloud.logs, endpointLogGroup(name), ""))}`,
  };
}
