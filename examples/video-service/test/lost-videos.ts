import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { lost } from "./drop-at-once.js";
import {
  type Job,
  type Mail,
  mails,
  notify,
  putRecord,
  type ServiceClient,
  type Started,
  setVariables,
} from "./service-client.js";

/** Writes a video that is under way, as its functions have left it. */
async function underWay(example: Started, client: ServiceClient, name: string, row: object): Promise<string> {
  const id = randomBytes(16).toString("hex");
  const input = `s3://${example.outputs.Bucket}/input/${client.sub}/upload/${name}`;
  const now = { createdAt: new Date().toISOString(), claimedAt: Date.now() };
  const { email } = example.user;
  await putRecord(example, { id, owner: client.sub, name, input, bytes: 5, email, ...now, ...row });
  return id;
}

const jobOf = async (client: ServiceClient, id: string): Promise<Job> =>
  (await client.jobsWhen(() => true)).find((job) => job.id === id)!;

/** The third start that is lost is the last; the mail says it in words, once. */
export async function loseForGood(example: Started, client: ServiceClient): Promise<void> {
  const id = await underWay(example, client, "unlucky.mp4", { state: "queued", start: 3 });
  const third = { ...lost(id), inferenceId: `${id}-3` };
  // What is said again of former starts changes nothing.
  await notify(example, lost(id));
  expect(await jobOf(client, id)).toMatchObject({ state: "queued", start: 3 });
  await Promise.all([notify(example, third), notify(example, third).catch(heldByAnother)]);
  expect(await jobOf(client, id)).toMatchObject({
    ...{ state: "failed", start: 3 },
    reason: expect.stringMatching(/The connection broke.* It was started 3 times\.$/),
  });
  await oneMail(example, "unlucky.mp4", /It was started 3 times\./);
}

/** A start that cannot be made is not lost from sight: its claim is given back, and in the end it has failed. */
export async function failToStartAgain(example: Started, client: ServiceClient): Promise<void> {
  const id = await underWay(example, client, "hopeless.mp4", { state: "queued", start: 1 });
  const notice = lost(id, "no-such-endpoint");
  for (let time = 0; time < 2; time += 1)
    await expect(notify(example, notice)).rejects.toThrow(/no-such-endpoint/);
  expect(await jobOf(client, id)).toMatchObject({ state: "starting", start: 2 });
  // The last to give up met nothing but the claim of another delivery; what failed is told all the same.
  const metAnother = (of: object): object => ({
    requestContext: { condition: "RetriesExhausted" },
    requestPayload: { Records: [{ Sns: { Message: JSON.stringify(of) } }] },
    responsePayload: { errorMessage: "Start 2 is being made by another" },
  });
  await notify(example, metAnother(notice));
  expect(await jobOf(client, id)).toMatchObject({ state: "failed", start: 2 });
  // While another makes it nothing has failed.
  const made = await underWay(example, client, "made.mp4", { state: "starting", start: 2 });
  await notify(example, metAnother(lost(made)));
  expect(await jobOf(client, made)).toMatchObject({ state: "starting", start: 2 });
  await oneMail(example, "hopeless.mp4", /tried several times in vain: .*no-such-endpoint/);
}

/** A starter that gives up, after Lambda has tried three times, leaves a video that failed with its reason. */
export async function failToStart(example: Started, client: ServiceClient, road: string): Promise<void> {
  await setVariables(example, "Starter", { ENDPOINT_NAME: "no-such-endpoint" });
  const { upload } = await client.upload(road, "stranded.mp4");
  const isOurs = (job: Job) => job.upload === upload && job.state === "failed";
  const job = (await client.jobsWhen((jobs) => jobs.some(isOurs))).find(isOurs)!;
  expect(job.reason).toMatch(/tried several times in vain: .*no-such-endpoint/);
  await oneMail(example, "stranded.mp4", /no-such-endpoint/);
}

async function oneMail(example: Started, name: string, text: RegExp): Promise<void> {
  const isOurs = ({ Subject }: Mail) => Subject === `Not marked up: ${name}`;
  const sent = (await mails(example, (all) => all.some(isOurs))).filter(isOurs);
  expect(sent).toHaveLength(1);
  expect(sent[0]!.BodyText).toMatch(text);
}

function heldByAnother(error: unknown): void {
  expect(String(error)).toContain("by another");
}
