import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPotholeDetector, drawRoadVideo } from "@sightline/samples";
import { createSession, getEndpoint, listFiles, type Session, writeObject } from "@sightline/sdk";
import { findFfmpeg, markUpVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, expect } from "vitest";
import { runningExample } from "../../../packages/local/test/running-example.js";
import { dropAtOnce } from "./drop-at-once.js";
import { failToStart, failToStartAgain, loseForGood } from "./lost-videos.js";
import { refusals, tellOfStrangers } from "./refusals.js";
import {
  invoke,
  type Job,
  type Mail,
  mails,
  notify,
  request,
  ServiceClient,
  type Started,
  tellTwice,
} from "./service-client.js";
import { visitPage } from "./visit-page.js";

const example = fileURLToPath(new URL("..", import.meta.url));

/** A video of 100 kB is a long one here; the synthetic road of a second has 48 kB. */
const CONTEXT = "longFromBytes=100000,longInstances=3,lookSeconds=1,recipients=office@example.org";

const ENDED = new Set(["done", "failed"]);

const { start, stop, live, destroy, pid } = runningExample<Started>(example);
let folder: string;
let started: Started | undefined;
let client: ServiceClient;
let session: Session;
let road: string;
let ffmpeg: string;

/** Starts the example, each event told twice. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-video-service-test-"));
  ffmpeg = (await findFfmpeg()).path;
  road = join(folder, "road.mp4");
  const size = { width: 320, height: 180, fps: 10 };
  await drawRoadVideo({ path: road, seconds: 1, ...size, ffmpegPath: ffmpeg });
  started = await start("--context", CONTEXT);
  if (started !== undefined) {
    client = await ServiceClient.signIn(started);
    session = await createSession({
      region: started.env.AWS_REGION!,
      endpointUrl: started.env.AWS_ENDPOINT_URL!,
      credentials: keysOf(started),
    });
    await tellTwice(started);
  }
}, 600_000);

afterAll(async () => {
  session?.close();
  await stop();
  await rm(folder, { recursive: true, force: true });
});

const keysOf = ({ env }: Started) => ({
  accessKeyId: env.AWS_ACCESS_KEY_ID!,
  secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
});

const keys = async (prefix: string): Promise<string[]> => {
  const bucket = `s3://${started!.outputs.Bucket}/`;
  const found: string[] = [];
  for await (const { uri } of listFiles(session, `${bucket}${prefix}`)) found.push(uri.slice(bucket.length));
  return found.sort();
};

/** All objects and jobs: what a refusal leaves as it was. */
const everything = async () => [await keys(""), (await client.jobsWhen(() => true)).length];

live("an uploaded video comes back marked up, with a mail whose link needs no sign-in", async (example) => {
  const { upload } = await client.upload(road, "straße +1.mp4");
  const isOurs = (job: Job) => job.upload === upload && ENDED.has(job.state);
  const job = (await client.jobsWhen((jobs) => jobs.some(isOurs))).find(isOurs)!;
  expect(job).toMatchObject({ name: "straße +1.mp4", state: "done", frames: 10 });
  expect(job.detectionCount).toBeGreaterThan(0);
  const shown = (await client.ask(`jobs/${job.id}`)).json;
  const lines = (await request(shown.detectionsUrl)).body.trim().split("\n");
  expect(lines).toHaveLength(10);
  const counted = lines
    .map((line) => JSON.parse(line).detections.length)
    .reduce((sum, each) => sum + each, 0);
  expect(counted).toBe(job.detectionCount);
  const mail = await mails(example, (all) => all.some(({ Subject }) => Subject.includes("straße")));
  expect(mail.find(({ Subject }) => Subject.includes("straße"))?.To).toEqual([example.user.email]);
  const link = /http\S+\/results\/\S+/.exec(mail[0]!.BodyText)![0];
  const answer = await request(link);
  expect(answer.status).toBe(302);
  const video = await request(answer.headers.location!);
  expect(video.status).toBe(200);
  expect(video.body.slice(4, 8)).toBe("ftyp");
});

live(
  "an event that comes six times starts one video, and a notice that comes again sends no mail",
  async (example) => {
    const before = { outputs: await keys("output/"), mails: (await mails(example)).length };
    const jobs = await client.jobsWhen(() => true);
    const bucket = example.outputs.Bucket!;
    const [key] = (await keys("input/")) as [string];
    // Another sequencer than the upload's: another event, and so another video of the same object.
    const object = { key: encodeURIComponent(key).replaceAll("%20", "+"), sequencer: "again" };
    const record = { eventName: "ObjectCreated:Put", s3: { bucket: { name: bucket }, object } };
    const event = { Records: [record, record] };
    const calls = await Promise.allSettled([1, 2, 3].map(() => invoke(example, "Starter", event)));
    for (const call of calls)
      if (call.status === "rejected") expect(String(call.reason)).toContain("by another");
    const isDone = ({ state }: { state: string }) => state === "done";
    const after = await client.jobsWhen((now) => now.length > jobs.length && now.every(isDone));
    expect(after).toHaveLength(jobs.length + 1);
    await mails(example, (all) => all.length > before.mails);
    const responseParameters = { outputLocation: `s3://${bucket}/jobs/nothing` };
    const notice = { invocationStatus: "Completed", inferenceId: after[0]!.id, responseParameters };
    await notify(example, notice);
    expect(await mails(example)).toHaveLength(before.mails + 1);
    expect(await keys("output/")).toEqual(before.outputs);
  },
);

live(
  "a long video is shared by three instances, and its detections are those of one machine to the byte",
  async (example) => {
    const long = join(folder, "long.mp4");
    await drawRoadVideo({
      ...{ path: long, seconds: 12, width: 480, height: 270, fps: 5 },
      ffmpegPath: ffmpeg,
    });
    const { upload } = await client.upload(long);
    const states = new Set<string>();
    const isOurs = (job: Job) => job.upload === upload && ENDED.has(job.state);
    const jobs = await client.jobsWhen((now) => {
      for (const job of now) if (job.upload === upload) states.add(job.state);
      return now.some(isOurs);
    });
    const job = jobs.find(isOurs)!;
    expect(job).toMatchObject({ state: "done", frames: 60 });
    expect(states).toContain("sharing");
    const { detectionsUrl } = (await client.ask(`jobs/${job.id}`)).json;
    const model = join(folder, "potholes.onnx");
    await buildPotholeDetector(model);
    const detectionsPath = join(folder, "long.jsonl");
    await markUpVideo(long, join(folder, "long_output.mp4"), { model, detectionsPath });
    expect((await request(detectionsUrl)).body).toBe(await readFile(detectionsPath, "latin1"));
    const shards = (await keys(`jobs/${job.id}/parts/`)).filter((key) => key.endsWith(".json"));
    expect(shards).toHaveLength(3);
    const isMail = ({ Subject }: Mail) => Subject === "Marked up: long.mp4";
    expect((await mails(example, (all) => all.some(isMail))).filter(isMail)).toHaveLength(1);
  },
);

live(
  "ten videos at once, each event told twice and the endpoint's process killed, are ten jobs, results and mails",
  (example) => dropAtOnce({ example, client, folder, ffmpeg, program: pid()!, keys }),
);

live("a video that is lost three times has failed, with its reason in one mail", (example) =>
  loseForGood(example, client),
);

live("a start that cannot be made again ends as a failure, its claim given back", (example) =>
  failToStartAgain(example, client),
);

live(
  "every edge refuses with status and words what is no video of the service; nothing is processed or left",
  async (example) => {
    const before = await everything();
    for (const [what, status, body, ask] of refusals(example, client)) {
      const answer = await ask();
      expect(answer.status, `${what}: ${answer.body}`).toBe(status);
      expect(answer.body, what).toMatch(body);
    }
    await tellOfStrangers(example);
    expect(await everything()).toEqual(before);
  },
);

live(
  "of two videos whose results would be one, the second is refused by name, with a mail",
  async (example) => {
    const content = await readFile(road);
    const put = (name: string) =>
      writeObject(session, `s3://${example.outputs.Bucket}/input/${name}`, content);
    const about = (subject: string) =>
      mails(example, (all) => all.some(({ Subject }) => Subject === subject));
    await put("drive.mp4");
    await about("Marked up: drive.mp4");
    await put("drive.mov");
    const told = await about("Not marked up: drive.mov");
    expect(told.at(-1)).toMatchObject({
      To: ["office@example.org"],
      BodyText: expect.stringMatching(
        /drive_output\.mp4, which is that of s3:.*drive\.mp4; give it another name/,
      ),
    });
    expect((await keys("output/")).filter((key) => key.startsWith("output/drive"))).toHaveLength(2);
  },
);

live("the page signs in, uploads a video with its track, and shows video, counts and map", (example, skip) =>
  visitPage(example, road, folder, skip),
);

live("a text that is called a video fails with a reason, in the list and by mail", async (example) => {
  const text = join(folder, "text.mp4");
  await writeFile(text, "<html>this is no video</html>");
  const { upload } = await client.upload(text);
  const isOurs = (job: Job) => job.upload === upload && ENDED.has(job.state);
  const job = (await client.jobsWhen((jobs) => jobs.some(isOurs))).find(isOurs)!;
  expect(job.reason).toMatch(/text\.mp4 is refused: it is no MP4, MOV, Matroska, WebM or AVI\./);
  const mail = await mails(example, (all) =>
    all.some(({ Subject }) => Subject === "Not marked up: text.mp4"),
  );
  expect(mail.at(-1)!.BodyText).toContain("is no MP4");
});

live("a video that the starter cannot hand on has failed with the reason, when Lambda gives up", (example) =>
  failToStart(example, client, road),
);

live("destroying the stack removes the endpoint too, and doing it twice is no failure", async (example) => {
  const sagemaker = await createSession({
    region: example.env.AWS_REGION!,
    endpointUrl: example.env.AWS_ENDPOINT_URL_SAGEMAKER!,
    credentials: keysOf(example),
  });
  expect(await getEndpoint(sagemaker, "video-service")).toMatchObject({ name: "video-service" });
  await destroy(example.env, example.folder);
  expect(await getEndpoint(sagemaker, "video-service")).toBeUndefined();
  await destroy(example.env, example.folder);
  sagemaker.close();
});
