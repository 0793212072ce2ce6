import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { OWNER_INDEX, type VideoJobRecord, type VideoJobState } from "./video-job.js";

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
      ConditionExpression:
        "attribute_not_exists(id) OR (#state = :starting AND #start = :start AND claimedAt < :old)",
      ExpressionAttributeNames: { "#state": "state", "#start": "start" },
      ExpressionAttributeValues: {
        ...{ ":starting": "starting", ":start": job.start, ":old": job.claimedAt - leaseMs },
      },
    });
    return (await this.#holds(put)) ? "ours" : this.#whyNot(job.id, job.start);
  }

  /** Claims start `start` of a video whose former start was lost, in the same way. */
  async claimStart(id: string, start: number, leaseMs: number): Promise<Claim> {
    const now = Date.now();
    const isOurs = await this.#update(
      id,
      `${UNDER_WAY} AND (#start = :former OR (#state = :starting AND #start = :start AND claimedAt < :old))`,
      { state: "starting", start, claimedAt: now },
      { ...ENDS, ":starting": "starting", ":former": start - 1, ":start": start, ":old": now - leaseMs },
    );
    return isOurs ? "ours" : this.#whyNot(id, start);
  }

  async #whyNot(id: string, start: number): Promise<Claim> {
    const now = await this.get(id);
    return now?.state === "starting" && now.start === start ? "held" : "taken";
  }

  /**
   * Gives the claim on a start back, so that the next delivery gets it at once, and notes what went wrong; the next
   * claim takes the note away.
   */
  async release(id: string, start: number, trouble: string): Promise<void> {
    await this.#update(
      id,
      "#state = :starting AND #start = :start",
      { claimedAt: 0, trouble },
      { ":starting": "starting", ":start": start },
    );
  }

  /**
   * Lets the results of `input` lie at `place`, a key without an ending, unless another video's do: two that differ
   * in their endings only would write the same objects.
   *
   * @returns URI of the video whose place it is
   */
  async claimPlace(place: string, input: string): Promise<string> {
    const id = `place/${place}`;
    const put = new PutCommand({
      TableName: this.#name,
      Item: { id, input },
      ConditionExpression: "attribute_not_exists(id)",
    });
    return (await this.#holds(put)) ? input : (await this.get(id))!.input;
  }

  /** Moves a start of a video on its way, unless that has come to its end already. */
  async move(id: string, start: number, state: VideoJobState): Promise<void> {
    await this.#update(id, `${UNDER_WAY} AND #start = :start`, { state }, { ...ENDS, ":start": start });
  }

  /**
   * Writes of a video that nobody hands on any more why that is. One that somebody hands on, or has begun to since `job`
   * was read, is left: whoever that is gives it up in turn, and knows what failed.
   */
  async giveUp({ id, claimedAt }: VideoJobRecord, reason: string, leaseMs: number): Promise<void> {
    if (claimedAt >= Date.now() - leaseMs) return;
    await this.#update(
      id,
      "#state = :starting AND claimedAt = :read",
      { state: "failed", reason, endedAt: new Date().toISOString() },
      { ":starting": "starting", ":read": claimedAt },
    );
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
    const inCondition = [...condition.matchAll(/#(\w+)/g)].map(([, name]) => name!);
    const names = [...set.map(([name]) => name), ...inCondition];
    return this.#holds(
      new UpdateCommand({
        TableName: this.#name,
        Key: { id },
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :set_${name}`).join(", ")}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
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
