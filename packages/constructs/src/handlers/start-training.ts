import { createHash } from "node:crypto";
import { CodeBuildClient, StartBuildCommand } from "@aws-sdk/client-codebuild";
import { createSession, listFiles } from "@sightline/sdk";

/** Messages of a queue that a bucket tells of its objects. */
interface QueueEvent {
  readonly Records: readonly { readonly body: string }[];
}
interface BucketEvent {
  readonly Records?: readonly {
    readonly eventTime: string;
    readonly s3: { readonly object: { readonly key: string } };
  }[];
}

/** What came of a batch of messages. */
export interface TrainingDecision {
  /** `started`: a build runs. `waiting`: the newest object's own message decides. `nothing`: no message told of data. */
  readonly decision: "started" | "waiting" | "nothing";
  /** Key of the newest object. */
  readonly newest?: string;
}

const { BUCKET = "", DATA_FOLDER = "", PROJECT = "" } = process.env;

/**
 * Starts a build when the folder of training data has been quiet: messages come as late as the quiet time is long, so
 * that of the newest object says that nothing came since. The bucket itself says which is the newest; there is no state
 * to lose.
 *
 * A build that cannot start now (one is at work) fails the batch, and its messages come again.
 */
export async function handler(event: QueueEvent): Promise<TrainingDecision> {
  const told = event.Records.flatMap(({ body }) => (JSON.parse(body) as BucketEvent).Records ?? []);
  if (told.length === 0) return { decision: "nothing" };
  const session = await createSession();
  let newest = { key: "", at: 0 };
  for await (const { key, modifiedAt } of listFiles(session, `s3://${BUCKET}/${DATA_FOLDER}`)) {
    const at = modifiedAt?.getTime() ?? 0;
    if (at > newest.at || (at === newest.at && key > newest.key)) newest = { key, at };
  }
  session.close();
  if (newest.key === "") return tell({ decision: "nothing" });
  // S3 has times of objects by the second, and keys in events as in a form.
  const toldOf = told.some(
    ({ eventTime, s3 }) =>
      decodeURIComponent(s3.object.key.replaceAll("+", " ")) === newest.key &&
      Date.parse(eventTime) >= newest.at,
  );
  if (!toldOf) return tell({ decision: "waiting", newest: newest.key });
  const client = new CodeBuildClient({});
  try {
    // A message may come twice: CodeBuild keeps the token for five minutes.
    const token = createHash("sha256").update(`${newest.key} ${newest.at}`).digest("hex").slice(0, 64);
    await client.send(new StartBuildCommand({ projectName: PROJECT, idempotencyToken: token }));
  } finally {
    client.destroy();
  }
  return tell({ decision: "started", newest: newest.key });
}

function tell(decision: TrainingDecision): TrainingDecision {
  console.log(JSON.stringify(decision));
  return decision;
}
