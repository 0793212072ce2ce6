import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import type { Session } from "@sightline/sdk";
import { type Finding, notSeen } from "./finding.js";

/** What an instance type is wanted for, as Service Quotas calls it. */
const USES = ["training job usage", "endpoint usage"] as const;

/** How many instances of a type the account may run. Many types begin with none. */
export async function* checkQuota(
  session: Session,
  instanceType: string,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const quotas = await import("@aws-sdk/client-service-quotas");
  const client = withoutNodeVersionWarning(() => new quotas.ServiceQuotasClient({ region: session.region }));
  const values = new Map<string, number>();
  try {
    const pages = quotas.paginateListServiceQuotas(
      { client },
      { ServiceCode: "sagemaker" },
      { abortSignal: signal },
    );
    for await (const { Quotas = [] } of pages)
      for (const { QuotaName, Value } of Quotas)
        if (QuotaName !== undefined && Value !== undefined) values.set(QuotaName, Value);
  } catch (error) {
    yield notSeen(`quota of ${instanceType}`, "servicequotas:ListServiceQuotas", error);
    return;
  } finally {
    client.destroy();
  }
  for (const use of USES) {
    const name = `${instanceType} for ${use}`;
    const value = values.get(name);
    const remedy = `Ask for more: console, Service Quotas, Amazon SageMaker, "${name}"; or take another type (--instance).`;
    if (value === undefined)
      yield {
        check: "quota",
        status: "warning",
        detail: `there is no quota "${name}" in ${session.region}`,
        remedy: `Look whether the type is spelt right and offered there.`,
      };
    else if (value < 1) yield { check: "quota", status: "failed", detail: `${name}: ${value}`, remedy };
    else yield { check: "quota", status: "ok", detail: `${name}: ${value}` };
  }
}
