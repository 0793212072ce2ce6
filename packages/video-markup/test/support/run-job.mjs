// A parent process to be killed by tests: marks up argv[2] into argv[3] with the model argv[4]. At SIGUSR2 it ends itself.
import { createPool, markUpVideo } from "@sightline/video-markup";

const [input, output, model] = process.argv.slice(2);
process.once("SIGUSR2", () => process.exit(3));
const pool = createPool({ workers: 2 });
const job = markUpVideo(input, output, {
  model,
  pool,
  segmentSeconds: 1,
  confidence: 0.6,
  detectionsPath: `${output}.jsonl`,
  encoding: { preset: "ultrafast" },
});
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
for await (const event of job) print(event);
print(await job);
await pool.close();
