import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledge } from "../parts/acknowledge.js";

/** A topic that is spoken to over TLS only. */
export function noticeTopic(scope: Construct, id: string, displayName: string): Topic {
  const topic = new Topic(scope, id, { displayName, enforceSSL: true });
  acknowledge(topic, {
    "AwsSolutions-SNS2":
      "Notices hold names of objects and reasons, no pictures; AWS's own key for topics cannot be handed to SageMaker.",
  });
  return topic;
}
