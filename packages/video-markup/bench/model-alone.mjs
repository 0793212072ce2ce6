// CPU time of the model alone: argv[2] is the model, argv[3] the number of frames. Prints ms a frame.
import { readFile } from "node:fs/promises";
import { describeModel } from "@sightline/onnx";
import { allocateInput, inputDims, planDetector } from "@sightline/video-markup";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [path, count] = [process.argv[2], Number(process.argv[3])];
const { input } = planDetector(describeModel(await readFile(path)));
const session = await InferenceSession.create(path, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const feeds = { [input.name]: new Tensor(input.dtype, allocateInput(input).fill(114), inputDims(input)) };
for (let i = 0; i < 10; i++) await session.run(feeds);
const before = process.cpuUsage();
for (let i = 0; i < count; i++) await session.run(feeds);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${(user + system) / 1000 / count}\n`);
