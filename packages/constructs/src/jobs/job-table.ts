import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { VideoJobRecord, VideoJobState } from "./video-job.js";

/** Name of the index of a table's videos by owner and time. */
export const OWNER_INDEX = "by-owner";

/** How a claim ended: it is ours, another has it at the moment, or the video is on its way already. */
export type Claim = "ours" | "held" | "taken";

/** What became of a claim for the mail. */
export type MailClaim = "ours" | "held" | "sent";

/** The table of videos. What may be done by one only is decided by a condition of the write. */
export class JobTable {
  readonly #name: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(name: string, client: DynamoDBClient = new DynamoDBClient()) {
    this.#name = name;
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  /**
   * Claims a video for whoever hands it on: of any number of deliveries of its event one gets it. One that has died
   * since is relieved after `leaseMs`.
   */
  async claim(job: VideoJobRecord, leaseMs: number): Promise<Claim> {
    const put = new PutCommand({
      TableName: this.#name,
      Item: job,
      ConditionExpression: "attribute_not_exists(id) OR (#state = :starting AND claimedAt < :old)",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":starting": "starting", ":old": job.claimedAt - leaseMs },
    });
    if (await this.#holds(put)) return "ours";
    return (await this.get(job.id))?.state === "starting" ? "held" : "taken";
  }

  /** Gives a claim back, so that the next delivery gets it at once. */
  async release(id: string): Promise<void> {
    await this.#update(id, "#state = :starting", { claimedAt: 0 }, { ":starting": "starting" });
  }

  /** Moves a video on its way, unless it has come to its end already. */
  async move(id: string, state: VideoJobState): Promise<void> {
    await this.#update(id, UNDER_WAY, { state }, ENDS);
  }

  /** Writes how a video ended; the first end stands. */
  async end(
    id: string,
    end: Pick<VideoJobRecord, "result" | "reason"> & { readonly state: "done" | "failed" },
  ): Promise<void> {
    await this.#update(id, UNDER_WAY, { ...end, endedAt: new Date().toISOString() }, ENDS);
  }

  /** Claims the mail of a video that has ended, with the link that it will hold. */
  async claimMail(
    id: string,
    link: Pick<VideoJobRecord, "linkHash" | "linkEndsAt">,
    leaseMs: number,
  ): Promise<MailClaim> {
    const now = Date.now();
    const isOurs = await this.#update(
      id,
      "attribute_exists(id) AND attribute_not_exists(mailedAt) AND (attribute_not_exists(mailClaimedAt) OR mailClaimedAt < :old)",
      { ...link, mailClaimedAt: now },
      { ":old": now - leaseMs },
    );
    if (isOurs) return "ours";
    return (await this.get(id))?.mailedAt === undefined ? "held" : "sent";
  }

  /** Gives the claim for a mail back. */
  async releaseMail(id: string): Promise<void> {
    await this.#update(id, "attribute_not_exists(mailedAt)", { mailClaimedAt: 0 });
  }

  /** Notes that the mail went. */
  async mailed(id: string): Promise<void> {
    await this.#update(id, "attribute_exists(id)", { mailedAt: new Date().toISOString() });
  }

  /** One video, as it is now; undefined when there is none. */
  async get(id: string): Promise<VideoJobRecord | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#name, Key: { id }, ConsistentRead: true }),
    );
    return Item as VideoJobRecord | undefined;
  }

  /** The last videos of an owner, the newest first. */
  async ofOwner(owner: string, limit: number): Promise<VideoJobRecord[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        IndexName: OWNER_INDEX,
        KeyConditionExpression: "#owner = :owner",
        ExpressionAttributeNames: { "#owner": "owner" },
        ExpressionAttributeValues: { ":owner": owner },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return Items as VideoJobRecord[];
  }

  #update(id: string, condition: string, values: object, others: object = {}): Promise<boolean> {
    const set = Object.entries(values).filter(([, value]) => value !== undefined);
    const names = Object.fromEntries(set.map(([name]) => [`#${name}`, name]));
    return this.#holds(
      new UpdateCommand({
        TableName: this.#name,
        Key: { id },
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :set_${name}`).join(", ")}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: {
          ...names,
          ...(condition.includes("#state") ? { "#state": "state" } : {}),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([name, value]) => [`:set_${name}`, value])),
          ...others,
        },
      }),
    );
  }

  /** Whether the condition of a write held. */
  async #holds(command: PutCommand | UpdateCommand): Promise<boolean> {
    try {
      await this.#client.send(command as PutCommand);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

const UNDER_WAY = "attribute_exists(id) AND NOT #state IN (:done, :failed)";
const ENDS = { ":done": "done", ":failed": "failed" };
