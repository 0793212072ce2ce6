import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { JobNotice } from "./job-notice.js";

const sns = new SNSClient();

/** Tells one of the two topics how a video ended. */
export async function publishNotice(topic: string, notice: JobNotice): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topic, Message: JSON.stringify(notice) }));
}
