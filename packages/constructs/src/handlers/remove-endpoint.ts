import { createSession, deleteEndpoint } from "@sightline/sdk";

/** What CloudFormation asks of a custom resource. */
interface ResourceEvent {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: { readonly EndpointName: string };
}

/** CloudFormation takes answers of at most 4,096 bytes: room for characters of several bytes and for the ids. */
const MAX_REASON_CHARACTERS = 1_000;

/**
 * Does nothing until the stack goes, then deletes the endpoint with its scaling, configurations and models. One that
 * is gone already is no failure, so a stack can be destroyed twice.
 */
export async function handler(event: ResourceEvent): Promise<void> {
  const { EndpointName: name } = event.ResourceProperties;
  const id = event.PhysicalResourceId ?? `endpoint-of-${name}`;
  try {
    if (event.RequestType === "Delete") {
      const session = await createSession();
      console.log(JSON.stringify(await deleteEndpoint(session, name, { timeoutMs: 13 * 60_000 })));
    }
    await answer(event, id, "SUCCESS");
  } catch (error) {
    console.error(error);
    await answer(event, id, "FAILED", error instanceof Error ? error.message : String(error));
  }
}

async function answer(event: ResourceEvent, id: string, status: string, reason = ""): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const body = JSON.stringify({
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: id,
    Status: status,
    Reason: reason.slice(0, MAX_REASON_CHARACTERS),
  });
  // The URL is signed for a request without a content type.
  const response = await fetch(ResponseURL, { method: "PUT", body, headers: { "content-type": "" } });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${response.status}`);
}
