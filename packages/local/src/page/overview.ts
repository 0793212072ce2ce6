import { inDollars, type PriceTable } from "@sightline/contract/price-table";
import { escapeHtml } from "@sightline/foundation/escape";
import { badgeHtml, duration, linkHtml, type Page, tableHtml } from "./layout.js";
import {
  type EndpointStatus,
  type PageSources,
  readEndpoints,
  readJobs,
  type VariantStatus,
  WINDOW_MS,
} from "./read-status.js";

/** Jobs and activities that the overview lists. */
const MOST_ROWS = 20;

/** The first page: endpoints, jobs, scaling, buckets. */
export async function overviewPage(
  sources: PageSources,
  prices: PriceTable,
  now = Date.now(),
): Promise<Page> {
  const { cloud } = sources;
  const endpoints = readEndpoints(sources, prices, now);
  const jobs = await readJobs(sources, MOST_ROWS);
  const html = `<h1>SageMaker in ${escapeHtml(cloud.region)}, account ${escapeHtml(cloud.account)}</h1>
<h2>Endpoints</h2>
${tableHtml(
  [
    "name",
    "status",
    "age",
    "variant",
    "instances",
    `invocations (${WINDOW_MS / 60_000} min)`,
    "latency p50, p95",
    "in flight",
    "queue",
    "on AWS",
  ],
  endpoints.flatMap((endpoint) => endpointRows(endpoint, now)),
  "No endpoint stands.",
)}
${endpoints.map(standingNote).join("")}
<h2>Jobs</h2>
${tableHtml(
  ["job", "kind", "status", "age", "took"],
  jobs.map(({ kind, name, status, createdMs, endedMs }) => [
    linkHtml(["jobs", kind, name], name),
    kind,
    badgeHtml(status),
    duration(now - createdMs),
    duration((endedMs ?? now) - createdMs),
  ]),
  "No job has run.",
)}
<h2>Scaling</h2>
${activitiesHtml(sources, undefined, now)}
<h2>Buckets</h2>
${bucketsHtml(sources)}`;
  return { title: "Sightline local", html };
}

/** Scaling activities, the newest first; of one endpoint or of all. */
export function activitiesHtml(
  { activities }: PageSources,
  endpoint: string | undefined,
  now = Date.now(),
): string {
  const rows = activities
    .all()
    .filter(({ resourceId }) => endpoint === undefined || resourceId.startsWith(`endpoint/${endpoint}/`))
    .sort((a, b) => b.startMs - a.startMs)
    .slice(0, MOST_ROWS)
    .map(({ resourceId, startMs, description, cause }) => [
      escapeHtml(resourceId),
      duration(now - startMs),
      `<span title="${escapeHtml(cause)}">${escapeHtml(description)}</span>`,
    ]);
  return tableHtml(["what", "age", "activity"], rows, "Nothing has scaled.");
}

function endpointRows(
  { name, status, createdMs, variants, backlog }: EndpointStatus,
  now: number,
): string[][] {
  return variants.map((variant) => [
    linkHtml(["endpoints", name], name),
    badgeHtml(status),
    duration(now - createdMs),
    `${escapeHtml(variant.name)}${variants.length === 1 ? "" : `, weight ${variant.weight}`}`,
    `${variant.healthy} of ${variant.desired} × ${escapeHtml(variant.instanceType)}`,
    `${variant.invocations}${variant.errors === 0 ? "" : `, <span class="bad">${variant.errors} failed</span>`}`,
    variant.latencyMs === undefined ? "" : variant.latencyMs.map((ms) => `${ms.toFixed(1)} ms`).join(", "),
    String(variant.inFlight),
    backlog === undefined ? "" : String(backlog),
    priceHtml(variant),
  ]);
}

/** What a variant's instances would cost on AWS, with the row's source. */
export function priceHtml({ price, desired }: Pick<VariantStatus, "price" | "desired">): string {
  if (price === undefined)
    return `<span title="sightline cost --update reads it from AWS">price unknown</span>`;
  return `<span title="${escapeHtml(`${price.source}, ${price.date}`)}">${inDollars(price.usdPerHour * desired)} an hour</span>`;
}

function standingNote({ name, variants }: EndpointStatus): string {
  if (!variants.some(({ accelerated, desired }) => accelerated && desired > 0)) return "";
  return `<p class="note">${escapeHtml(name)} stands on machines with a GPU or another accelerator: on AWS it is paid for until it is deleted.</p>`;
}

/** Bytes in the unit that leaves the fewest digits. */
function sizeText(bytes: number): string {
  const power = [2 ** 30, 2 ** 20, 2 ** 10].findIndex((unit) => bytes >= unit);
  if (power < 0) return `${bytes} B`;
  return `${(bytes / 2 ** (30 - 10 * power)).toFixed(1)} ${["GiB", "MiB", "KiB"][power]}`;
}

function bucketsHtml({ cloud }: PageSources): string {
  const { store, emulator } = cloud;
  if (store === undefined)
    return `<p class="none">The objects are at ${escapeHtml(emulator?.url ?? "")}.</p>`;
  const rows = [...store.buckets.values()].map((bucket) => {
    let bytes = 0;
    for (const { size } of bucket.objects.values()) bytes += size;
    return [escapeHtml(bucket.name), String(bucket.objects.size), sizeText(bytes)];
  });
  return tableHtml(["bucket", "objects", "size"], rows, "There is no bucket.");
}
