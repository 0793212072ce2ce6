import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import { EmulatorUnreachableError } from "../errors.js";
import type { Objects } from "../objects/objects.js";
import type { Credentials } from "../wire/sigv4.js";
import { emulatorObjects } from "./emulator-objects.js";

/** The rest of AWS: whose S3 holds the objects, whose topics are told and whose event bus hears of changes. */
export interface Emulator {
  readonly url: string;
  readonly objects: Objects;
  /** Publishes a message to an SNS topic. */
  publish(topicArn: string, message: string): Promise<void>;
  /** Puts an event on the default bus. */
  putEvent(event: PutEventsRequestEntry): Promise<void>;
  close(): void;
}

/**
 * Reaches an emulator of AWS at its URL. The AWS clients are loaded here and nowhere else: a server without an
 * emulator does without them.
 *
 * @throws EmulatorUnreachableError when its S3 does not answer
 */
export async function reachEmulator(
  url: string,
  region: string,
  credentials: Credentials,
): Promise<Emulator> {
  const [{ S3 }, { SNS }, { EventBridge }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-sns"),
    import("@aws-sdk/client-eventbridge"),
  ]);
  const config = { endpoint: url, region, credentials };
  const s3 = withoutNodeVersionWarning(
    () => new S3({ ...config, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" }),
  );
  const sns = withoutNodeVersionWarning(() => new SNS(config));
  const bus = withoutNodeVersionWarning(() => new EventBridge(config));
  const close = (): void => {
    for (const client of [s3, sns, bus]) client.destroy();
  };
  try {
    await s3.listBuckets();
  } catch (cause) {
    close();
    throw new EmulatorUnreachableError(url, cause);
  }
  return {
    url,
    objects: emulatorObjects(s3),
    async publish(topicArn, message) {
      await sns.publish({ TopicArn: topicArn, Message: message });
    },
    async putEvent(event) {
      const { FailedEntryCount: failed = 0, Entries: entries = [] } = await bus.putEvents({
        Entries: [event],
      });
      if (failed > 0) throw new Error(entries[0]?.ErrorMessage ?? entries[0]?.ErrorCode ?? "it was refused");
    },
    close,
  };
}
