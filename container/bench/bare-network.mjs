// One process of `training.mjs`: CPU milliseconds of ONNX Runtime for one picture, on a tensor that is ready.
//   node bench/bare-network.mjs MODEL.onnx WIDTH HEIGHT RUNS

// Loaded after this is set: ONNX Runtime reports usage over the network otherwise.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { InferenceSession, Tensor } = await import("onnxruntime-node");

const [model, ...numbers] = process.argv.slice(2);
const [width, height, runs] = numbers.map(Number);
const session = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const pixels = Float32Array.from({ length: 3 * width * height }, (_, i) => ((i * 7919) % 255) - 120);
const feeds = { [session.inputNames[0]]: new Tensor("float32", pixels, [1, 3, height, width]) };
for (let i = 0; i < 20; i++) await session.run(feeds);
const before = process.cpuUsage();
for (let i = 0; i < runs; i++) await session.run(feeds);
const { user, system } = process.cpuUsage(before);
process.send((user + system) / 1000 / runs);
