// Seconds from a video's upload to its mail and where they go, and what longer ones would take and cost.
//   pnpm build && node bench/time-and-cost.mjs [VIDEO] [MODEL.onnx] [INSTANCE_TYPE]
// Without VIDEO the synthetic road is drawn. Prices are those of SIGHTLINE_PRICES; `sightline cost --update` reads them.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drawRoadVideo } from "@sightline/samples";
import { createSession, estimateCost, writeObject } from "@sightline/sdk";
import { findFfmpeg } from "@sightline/video-markup";

const example = fileURLToPath(new URL("..", import.meta.url));
const [video, model, instanceType = "ml.g5.xlarge"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "sightline-time-and-cost-"));
const { path: ffmpegPath } = await findFfmpeg();
const source = video === undefined ? join(folder, "road.mp4") : resolve(video);
if (video === undefined) await drawRoadVideo({ path: source, seconds: 10, ffmpegPath });

/** The source again and again until that many seconds are full; nothing is encoded anew. */
function cut(seconds) {
  const path = join(folder, `${seconds}-s.mp4`);
  const how = ["-stream_loop", "-1", "-i", source, "-t", String(seconds), "-map", "0:v:0", "-c", "copy"];
  execFileSync(ffmpegPath, ["-v", "error", "-y", ...how, path]);
  return path;
}

const short = cut(10);
const minute = cut(60);
const long = cut(180);
const context = `longFromBytes=${statSync(long).size},longInstances=3,lookSeconds=1,recipients=office@example.org`;
const args = ["dist/main.js", "--json", "--emulator-port", "0", "--context", context];
if (model !== undefined) args.push("--model", resolve(model));
const program = spawn(process.execPath, args, { cwd: example, stdio: ["ignore", "pipe", "ignore"] });
try {
  const [line] = await once(createInterface({ input: program.stdout }), "line");
  const { outputs, env } = JSON.parse(line);
  Object.assign(process.env, env);
  const session = await createSession();
  const fromEmulator = async (path, body, target) => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": target };
    const asked = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers };
    return (await fetch(`${env.AWS_ENDPOINT_URL}${path}`, asked)).json();
  };
  const { TableNames: tables } = await fromEmulator("/", {}, "DynamoDB_20120810.ListTables");

  /** Uploads a video, waits for its mail, and says where the seconds went. */
  const follow = async (path, name) => {
    const uri = `s3://${outputs.Bucket}/input/${name}`;
    const begun = Date.now();
    await writeObject(session, uri, readFileSync(path));
    const uploaded = Date.now();
    for (let mailed = false; !mailed; ) {
      await sleep(50);
      const { messages } = await fromEmulator("/_ministack/ses/messages");
      mailed = Object.values(messages).some((all) =>
        all.some(({ Subject }) => Subject.endsWith(`: ${name}`)),
      );
    }
    const ended = Date.now();
    const { Items: rows } = await fromEmulator("/", { TableName: tables[0] }, "DynamoDB_20120810.Scan");
    const row = rows.find(({ input, result }) => input.S === uri && result !== undefined);
    if (row === undefined) throw new Error(`${name} was not marked up; its mail says why.`);
    const taken = Date.parse(row.createdAt.S);
    const over = Date.parse(row.endedAt.S);
    const work = Number(row.result.M.seconds.N);
    const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);
    console.log(
      `| ${name} | ${row.result.M.frames.N} | ${seconds(ended - begun)} | ${seconds(uploaded - begun)} | ${seconds(taken - uploaded)} | ${seconds(over - taken - work * 1000)} | ${work.toFixed(2)} | ${seconds(ended - over)} |`,
    );
    return work;
  };

  console.log("| video | frames | upload to mail, s | upload | event | handing on, waiting | work | mail |");
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  await follow(short, "warm-up.mp4");
  await follow(short, "10-s.mp4");
  const work = await follow(minute, "1-min.mp4");
  await follow(long, "3-min-on-3-instances.mp4");
  const rate = 60 / work;
  console.log(
    `\nOne instance of this machine: ${rate.toFixed(2)} s of video a second (of the minute above).\n`,
  );
  console.log("| length | hours of instances | on 4 instances | cost |");
  console.log("| --- | --- | --- | --- |");
  for (const [name, seconds, use] of [
    ["1 min", 60, "endpoint"],
    ["1 h", 3600, "processing"],
    ["12 h", 43_200, "processing"],
  ]) {
    const hours = seconds / rate / 3600;
    const { text } = await estimateCost(session, { use, instanceType, hours: Number(hours.toFixed(4)) });
    console.log(
      `| ${name}${seconds > 60 ? ", extrapolated" : ""} | ${hours.toFixed(3)} | ${(hours / 4).toFixed(3)} h | ${text} |`,
    );
  }
  session.close();
} finally {
  program.kill("SIGINT");
  await once(program, "close");
  rmSync(folder, { recursive: true, force: true });
}
