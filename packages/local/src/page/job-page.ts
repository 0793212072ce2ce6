import { escapeHtml } from "@sightline/foundation/escape";
import type { MetricDefinition } from "../sagemaker/training/metrics.js";
import { type ActionForm, actionHtml } from "./actions.js";
import { curveHtml, readCurves } from "./curves.js";
import { badgeHtml, logHtml, type Page } from "./layout.js";
import { JOB_WORDS, type JobKind, PAGE_CALLER, type PageSources } from "./read-status.js";
import { readTail } from "./read-tail.js";

/** A job: what it is doing, its curves, its log. @throws AwsError when there is none of that name */
export async function jobPage(
  sources: PageSources,
  kind: JobKind,
  name: string,
  form: ActionForm | undefined,
): Promise<Page> {
  const word = JOB_WORDS[kind];
  const group = `/aws/sagemaker/${word}Jobs`;
  const job = (await sources.sagemaker.call(
    `Describe${word}Job`,
    { [`${word}JobName`]: name },
    PAGE_CALLER,
  )) as {
    readonly AlgorithmSpecification?: { readonly MetricDefinitions?: readonly MetricDefinition[] };
    readonly SecondaryStatus?: string;
    readonly FailureReason?: string;
  } & Readonly<Record<string, unknown>>;
  const status = String(job[`${word}JobStatus`]);
  const { MetricDefinitions = [] } = job.AlgorithmSpecification ?? {};
  const curves = readCurves(sources.cloud.logs, group, name, MetricDefinitions);
  const action =
    status === "InProgress" && form !== undefined ? actionHtml(form, ["stop", kind, name], "Stop") : "";
  const second =
    job.SecondaryStatus === undefined || job.SecondaryStatus === status
      ? ""
      : escapeHtml(job.SecondaryStatus);
  return {
    title: `${name}: ${status}`,
    html: `<h1>${escapeHtml(name)}</h1>
<p>${kind} job ${badgeHtml(status)} ${second} ${action}</p>
${job.FailureReason === undefined ? "" : `<p class="note">${escapeHtml(job.FailureReason)}</p>`}
<div class="curves">${curves.map(curveHtml).join("\n")}</div>
<h2>Log</h2>
${logHtml(readTail(sources.cloud.logs, group, `${name}/`))}`,
  };
}
