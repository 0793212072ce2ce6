import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

/** A queue and where its dead letters go. */
export interface QueueUrls {
  readonly queue: string;
  readonly deadLetters: string;
}

/** Deliveries of a message before the queue itself moves it to the dead letters. */
const MAX_DELIVERIES = 3;

/** Makes a queue of videos and one for its dead letters. */
export async function makeQueues(): Promise<QueueUrls> {
  const client = new SQSClient({});
  try {
    const make = async (name: string, attributes: Record<string, string>) => {
      const made = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      return made.QueueUrl!;
    };
    const deadLetters = await make("service-videos-dead", { MessageRetentionPeriod: "1209600" });
    const { Attributes: attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ["QueueArn"] }),
    );
    const redrive = { deadLetterTargetArn: attributes!.QueueArn, maxReceiveCount: MAX_DELIVERIES };
    const queue = await make("service-videos", { RedrivePolicy: JSON.stringify(redrive) });
    return { queue, deadLetters };
  } finally {
    client.destroy();
  }
}
