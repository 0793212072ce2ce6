import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildPotholeDetector, drawRoadVideo } from "@sightline/samples";
import { createSession, getEndpoint, listFiles, type Session } from "@sightline/sdk";
import { findFfmpeg, markUpVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  invoke,
  type Job,
  type Mail,
  mails,
  request,
  ServiceClient,
  type Started,
  sendForm,
} from "./service-client.js";
import { visitPage } from "./visit-page.js";

const example = fileURLToPath(new URL("..", import.meta.url));

/** A video of 100 kB is a long one here; the synthetic road of a second has 48 kB. */
const CONTEXT = "longFromBytes=100000,longInstances=3,lookSeconds=1";

const ENDED = new Set(["done", "failed"]);

let folder: string;
let program: ChildProcess | undefined;
let started: Started | undefined;
let client: ServiceClient;
let session: Session;
let road: string;
let ffmpeg: string;
let why = "";

/** Starts the example as its README says; one that cannot have MiniStack leaves `started` undefined. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-video-service-test-"));
  ffmpeg = (await findFfmpeg()).path;
  road = join(folder, "road.mp4");
  const size = { width: 320, height: 180, fps: 10 };
  await drawRoadVideo({ path: road, seconds: 1, ...size, ffmpegPath: ffmpeg });
  program = spawn(
    process.execPath,
    ["dist/main.js", "--json", "--emulator-port", "0", "--context", CONTEXT],
    {
      cwd: example,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  program.stderr!.on("data", (text) => {
    why = (why + text).slice(-4000);
  });
  const ended = once(program, "close");
  const line = await Promise.race([
    once(createInterface({ input: program.stdout! }), "line"),
    ended.then(() => []),
  ]);
  if (typeof line[0] === "string") {
    started = JSON.parse(line[0]) as Started;
    client = await ServiceClient.signIn(started);
    session = await createSession({
      region: started.env.AWS_REGION!,
      endpointUrl: started.env.AWS_ENDPOINT_URL!,
      credentials: keysOf(started),
    });
  } else if (!why.includes("could not be installed")) throw new Error(why);
}, 600_000);

afterAll(async () => {
  session?.close();
  if (program !== undefined && program.exitCode === null) {
    program.kill("SIGINT");
    await once(program, "close");
  }
  await rm(folder, { recursive: true, force: true });
});

const keysOf = ({ env }: Started) => ({
  accessKeyId: env.AWS_ACCESS_KEY_ID!,
  secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
});

/** A test of the running example, skipped with the reason where MiniStack cannot be had. */
const live = (title: string, work: (example: Started, skip: (why: string) => never) => Promise<void>) =>
  test(title, async ({ skip }) => {
    if (started === undefined) skip(`MiniStack cannot be had: ${why.trim().split("\n").at(-1)}`);
    await work(started!, skip);
  });

const keys = async (prefix: string): Promise<string[]> => {
  const bucket = `s3://${started!.outputs.Bucket}/`;
  const found: string[] = [];
  for await (const { uri } of listFiles(session, `${bucket}${prefix}`)) found.push(uri.slice(bucket.length));
  return found.sort();
};

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
    await invoke(example, "Finisher", { Records: [{ Sns: { Message: JSON.stringify(notice) } }] });
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
  "what is no video of the service is refused, and nothing of it is processed or left",
  async (example) => {
    const inputs = await keys("input/");
    const count = (await client.jobsWhen(() => true)).length;
    const wishes: [number, unknown][] = [
      [400, "no object"],
      [400, { name: "road.mp4" }],
      [400, { name: "../../output/road.mp4", bytes: 5 }],
      [400, { name: "a/b.mp4", bytes: 5 }],
      [400, { name: "road.mp4", bytes: -1 }],
      [413, { name: "road.mp4", bytes: 5_000_000_001 }],
      [415, { name: "road.exe", bytes: 5 }],
    ];
    for (const [status, wish] of wishes) {
      const answer = await client.ask("uploads", wish);
      expect(answer.status, JSON.stringify(wish)).toBe(status);
      expect(answer.json.error).toMatch(/^[A-Za-z].*\.$/);
    }
    const form = (await client.ask("uploads", { name: "road.mp4", bytes: 100 })).json;
    expect((await sendForm(form, new Uint8Array(101))).status).toBe(400);
    const elsewhere = { ...form.fields, key: form.fields.key.replace("input/", "output/") };
    expect((await sendForm({ ...form, fields: elsewhere }, new Uint8Array(100))).status).toBe(403);
    for (const token of ["", "not.a.token", `${"a".repeat(40)}`]) {
      const answer = await request(`${example.url}jobs`, {
        headers: token === "" ? {} : { authorization: token },
      });
      expect(answer.status).toBe(401);
    }
    expect((await client.ask(`jobs/${"0".repeat(32)}`)).status).toBe(404);
    expect((await request(`${example.url}results/${"0".repeat(32)}.${"x".repeat(32)}`)).status).toBe(404);
    const strange = (bucketName: string, key: string) => ({
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: bucketName }, object: { key, sequencer: "1" } },
    });
    const Records = [
      strange("bucket-of-another", "input/road.mp4"),
      strange(example.outputs.Bucket!, "output/a.mp4"),
    ];
    await invoke(example, "Starter", { Records });
    expect(await keys("input/")).toEqual(inputs);
    expect(await client.jobsWhen(() => true)).toHaveLength(count);
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

live("destroying the stack removes the endpoint too, and doing it twice is no failure", async (example) => {
  const cdk = createRequire(import.meta.url)
    .resolve("aws-cdk/package.json")
    .replace("package.json", "bin/cdk");
  const destroy = async () => {
    const args = [cdk, "destroy", "--force", "--no-notices", "--app", join(example.folder, "cdk.out")];
    const child = spawn(process.execPath, args, {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { ...process.env, ...example.env, CI: "true" },
      stdio: "pipe",
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    expect((await once(child, "close"))[0], said).toBe(0);
  };
  const sagemaker = await createSession({
    region: example.env.AWS_REGION!,
    endpointUrl: example.env.AWS_ENDPOINT_URL_SAGEMAKER!,
    credentials: keysOf(example),
  });
  expect(await getEndpoint(sagemaker, "video-service")).toMatchObject({ name: "video-service" });
  await destroy();
  expect(await getEndpoint(sagemaker, "video-service")).toBeUndefined();
  await destroy();
  sagemaker.close();
});
