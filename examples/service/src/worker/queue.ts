import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

/** A message that was received. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** What names this delivery of it to the queue. */
  readonly receipt: string;
}

/** What a worker asks of a queue. */
export interface Queue {
  /** The next message; undefined when none came for twenty seconds. */
  receive(signal: AbortSignal): Promise<Message | undefined>;
  /** Hides the message from other workers for so many seconds from now; 0 gives it back. */
  hide(message: Message, seconds: number): Promise<void>;
  /** The message is done. */
  remove(message: Message): Promise<void>;
  /** Puts a message that no trial can help aside, with the reason, and removes it from the queue. */
  putAside(message: Message, reason: string): Promise<void>;
  /** Closes the connections. */
  close(): void;
}

/** An SQS queue. @param visibilitySeconds how long a message that was received is hidden at first */
export function sqsQueue(queueUrl: string, deadLetterUrl: string, visibilitySeconds: number): Queue {
  const client = new SQSClient({});
  const of = ({ receipt }: Message) => ({ QueueUrl: queueUrl, ReceiptHandle: receipt });
  return {
    async receive(signal) {
      const { Messages: [message] = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 1,
          // Long polling: an answer comes with the first message, and costs one request in 20 s without.
          WaitTimeSeconds: 20,
          VisibilityTimeout: visibilitySeconds,
        }),
        { abortSignal: signal },
      );
      if (message === undefined) return undefined;
      return { id: message.MessageId ?? "", body: message.Body ?? "", receipt: message.ReceiptHandle ?? "" };
    },
    async hide(message, seconds) {
      await client.send(new ChangeMessageVisibilityCommand({ ...of(message), VisibilityTimeout: seconds }));
    },
    async remove(message) {
      await client.send(new DeleteMessageCommand(of(message)));
    },
    async putAside(message, reason) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterUrl,
          MessageBody: message.body,
          MessageAttributes: { reason: { DataType: "String", StringValue: reason.slice(0, 1_000) } },
        }),
      );
      await client.send(new DeleteMessageCommand(of(message)));
    },
    close: () => client.destroy(),
  };
}
