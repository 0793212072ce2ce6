import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPotholeDetector, drawRoadVideo } from "@sightline/samples";
import { markUpVideo } from "@sightline/video-markup";
import { expect } from "vitest";
import {
  type Job,
  type Mail,
  mails,
  notify,
  request,
  type ServiceClient,
  type Started,
} from "./service-client.js";

/** What the drop needs of its test. */
export interface DropTools {
  readonly example: Started;
  readonly client: ServiceClient;
  readonly folder: string;
  readonly ffmpeg: string;
  /** Process id of the example. */
  readonly program: number;
  readonly keys: (prefix: string) => Promise<string[]>;
}

const isOver = ({ state }: Job) => state === "done" || state === "failed";

/**
 * Ten videos at once, each event told twice, and the endpoint's process killed while it marks one up: ten jobs, ten
 * results, ten mails whose links work.
 */
export async function dropAtOnce({
  example,
  client,
  folder,
  ffmpeg,
  program,
  keys,
}: DropTools): Promise<void> {
  const inputs = (await keys("input/")).length;
  const outputs = (await keys("output/")).length;
  const sent = (await mails(example)).length;
  const marks = new Set(await progressOf(keys));
  const files = await drawTen(folder, ffmpeg);
  // The long one is in work when the others come.
  const names = new Map<string, number>();
  const drop = async ([name, frames]: readonly [string, number]) => {
    names.set((await client.upload(join(folder, name), name)).upload, frames);
  };
  const kill = async () => {
    for (let begun = false; !begun; ) begun = (await progressOf(keys)).some((key) => !marks.has(key));
    for (const pid of servesOf(program)) process.kill(pid, "SIGKILL");
  };
  await drop(files[0]!);
  await Promise.all([kill(), ...files.slice(1).map(drop)]);

  const isOurs = ({ upload }: Job) => names.has(upload);
  const jobs = (await client.jobsWhen((all) => all.filter(isOurs).filter(isOver).length === 10)).filter(
    isOurs,
  );
  expect(jobs.map(({ state, reason }) => [state, reason])).toEqual(jobs.map(() => ["done", undefined]));
  for (const { upload, frames } of jobs) expect(frames).toBe(names.get(upload));
  expect(jobs.filter(({ start }) => start > 1).length).toBeGreaterThan(0);

  const ours = (await mails(example, (all) => all.length >= sent + 10)).slice(sent);
  expect(ours.map(({ Subject }) => Subject).sort()).toEqual(
    files.map(([name]) => `Marked up: ${name}`).sort(),
  );
  for (const mail of ours) await follow(mail);
  await checkTwo(client, jobs, folder);

  // Told again of all of them, the finisher has nothing to do, and no result came back as a video.
  for (const { id, start } of jobs) {
    const inferenceId = start === 1 ? id : `${id}-${start}`;
    await notify(example, { invocationStatus: "Completed", inferenceId, responseParameters: {} });
    await notify(example, lost(id));
  }
  expect(await mails(example)).toHaveLength(sent + 10);
  expect(await keys("input/")).toHaveLength(inputs + 10);
  expect(await keys("output/")).toHaveLength(outputs + 20);
  expect((await client.jobsWhen(() => true)).filter(isOurs)).toEqual(jobs);
}

/** What the endpoint says of a first start whose container is gone. */
export function lost(id: string, endpointName = "video-service") {
  return {
    ...{ invocationStatus: "Failed", inferenceId: id },
    failureReason: 'Received server error (0) from primary with message "The connection broke".',
    requestParameters: { endpointName, inputLocation: `s3://nowhere/${id}` },
  };
}

/** Ten videos of different lengths, and what each has of frames; the first takes its time. */
async function drawTen(folder: string, ffmpeg: string): Promise<(readonly [string, number])[]> {
  const size = { width: 320, height: 180 };
  const files: (readonly [string, number])[] = [];
  for (let fps = 5; fps < 15; fps += 1) {
    const path = join(folder, `drop-${fps}.mp4`);
    await drawRoadVideo({ path, seconds: 1, fps, seed: fps, ...size, ffmpegPath: ffmpeg });
    files.push([`drop-${fps}.mp4`, fps]);
  }
  const small = ["-vf", "scale=160:90", "-crf", "48", "-preset", "veryfast", "-an"];
  const source = ["-stream_loop", "39", "-i", join(folder, "drop-5.mp4")];
  execFileSync(ffmpeg, ["-v", "error", "-y", ...source, ...small, join(folder, "drop-long.mp4")]);
  return [["drop-long.mp4", 200], ...files.slice(1)];
}

const progressOf = async (keys: DropTools["keys"]) =>
  (await keys("jobs/")).filter((key) => key.endsWith("/progress.json"));

/** The endpoint's processes: children of the example's. */
function servesOf(program: number): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => Number(parent) === program && args.join(" ").includes("serve.js"))
    .map(([pid]) => Number(pid));
}

async function follow({ BodyText }: Mail): Promise<void> {
  const answer = await request(/http\S+\/results\/\S+/.exec(BodyText)![0]);
  expect(answer.status).toBe(302);
  const video = await request(answer.headers.location!);
  expect([video.status, video.body.slice(4, 8)]).toEqual([200, "ftyp"]);
}

/** The one that was begun twice and one that was not have the detections of this machine, to the byte. */
async function checkTwo(client: ServiceClient, jobs: readonly Job[], folder: string): Promise<void> {
  const model = join(folder, "potholes.onnx");
  await buildPotholeDetector(model);
  for (const wasLost of [false, true]) {
    const { id, name } = jobs.find(({ start }) => start > 1 === wasLost)!;
    const detectionsPath = join(folder, `${name}.jsonl`);
    await markUpVideo(join(folder, name), join(folder, `out-${name}`), { model, detectionsPath });
    const { detectionsUrl } = (await client.ask(`jobs/${id}`)).json;
    expect((await request(detectionsUrl)).body).toBe(await readFile(detectionsPath, "latin1"));
  }
}
