// What the sdk costs beside the bare AWS client: loading, one invocation, an upload.
//   node packages/sdk/bench/overhead.mjs        (build first)
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const load = (statement) =>
  median(
    Array.from({ length: 9 }, () => {
      const script = `const t = performance.now(); ${statement}.then(() => console.log(performance.now() - t))`;
      return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: here }));
    }),
  );

console.log("load, median of 9 processes");
const sdk = load('import("@sightline/sdk")');
const sagemaker = load('import("@aws-sdk/client-sagemaker")');
console.log(`  @sightline/sdk             ${sdk.toFixed(0)} ms`);
console.log(
  `  @aws-sdk/client-sagemaker  ${sagemaker.toFixed(0)} ms (${(sagemaker / sdk).toFixed(1)} times as long)`,
);

const server = createServer((request, response) => {
  request.resume().on("end", () => response.setHeader("content-type", "application/json").end("[0.25,0.75]"));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const endpoint = `http://127.0.0.1:${server.address().port}`;
const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
const { createSession, classifyImage } = await import("@sightline/sdk");
const { SageMakerRuntimeClient, InvokeEndpointCommand } = await import("@aws-sdk/client-sagemaker-runtime");
const session = await createSession({ region: "us-east-1", endpointUrl: endpoint, credentials });
const client = new SageMakerRuntimeClient({ region: "us-east-1", endpoint, credentials });
const image = new Uint8Array(20_000);
const ours = () => classifyImage(session, "e", image);
const bare = async () => {
  const command = new InvokeEndpointCommand({
    EndpointName: "e",
    Body: image,
    ContentType: "application/x-image",
  });
  return JSON.parse(Buffer.from((await client.send(command)).Body).toString());
};
const cpuOf = async (run, times) => {
  const before = process.cpuUsage();
  for (let n = 0; n < times; n += 1) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
};
await cpuOf(ours, 300);
await cpuOf(bare, 300);
const rounds = [];
for (let round = 0; round < 7; round += 1) {
  const [a, b] = [await cpuOf(ours, 300), await cpuOf(bare, 300)];
  rounds.push({ a, b, ratio: a / b });
}
console.log("one invocation with 20 kB (client and server in this process), median of 7 rounds of 300");
console.log(`  classifyImage              ${median(rounds.map(({ a }) => a)).toFixed(2)} ms of CPU`);
console.log(`  bare client                ${median(rounds.map(({ b }) => b)).toFixed(2)} ms of CPU`);
console.log(`  ratio                      ${median(rounds.map(({ ratio }) => ratio)).toFixed(2)}`);
session.close();
client.destroy();
server.close();
