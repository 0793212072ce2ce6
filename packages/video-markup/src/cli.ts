#!/usr/bin/env node
import { sharedPool } from "./inference/pool.js";
import { markUpVideo } from "./mark-up-video.js";

const [input, output, model] = process.argv.slice(2);
if (!input || !output || !model) throw new Error("usage");
const it = markUpVideo(input, output, { model, detectionsPath: `${output}.jsonl` });
for (;;) {
  const next = await it.next();
  if (next.done) {
    console.log(next.value);
    break;
  }
  if (next.value.kind !== "frames") console.error(next.value);
}
await sharedPool().close();
