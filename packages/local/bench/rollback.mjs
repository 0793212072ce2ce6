// A canary whose model turns slow: its alarm goes off under load, the endpoint goes back, and nobody notices.
//   node bench/rollback.mjs [requests while the canary is well]      (build first; about a minute)
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createConfig, createEndpoint, settled, startServer } from "./server.mjs";

const require = createRequire(import.meta.url);
const { CloudWatchClient, PutMetricAlarmCommand } = require("@aws-sdk/client-cloudwatch");
const { SageMakerClient, UpdateEndpointCommand } = require("@aws-sdk/client-sagemaker");
const { SageMakerRuntimeClient, InvokeEndpointCommand } = require("@aws-sdk/client-sagemaker-runtime");

const wanted = Number(process.argv[2] ?? 5000);
const CALLERS = 8;
/** How long the new model takes once it is slow, and what the alarm takes for slow. */
const SLOW_MS = 1500;
const server = await startServer(fileURLToPath(new URL("echo", import.meta.url)));
const client = new SageMakerClient(server.config);
const runtime = new SageMakerRuntimeClient({ ...server.config, maxAttempts: 1 });

try {
  await createConfig(client, "new", { ANSWER: "new", ECHO: "1", SLOW: String(SLOW_MS) });
  for (const percent of [10, 20, 50]) await trial(percent);
} finally {
  await server.close();
}

async function trial(percent) {
  const EndpointName = `canary-${percent}`;
  const AlarmName = `slow-${percent}`;
  await createEndpoint(client, EndpointName, { ANSWER: "old", ECHO: "1" });
  await new CloudWatchClient(server.config).send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: "AWS/SageMaker",
      MetricName: "ModelLatency",
      Dimensions: Object.entries({ EndpointName, VariantName: "v" }).map(([Name, Value]) => ({
        Name,
        Value,
      })),
      Statistic: "Maximum",
      Period: 10,
      EvaluationPeriods: 1,
      // Microseconds.
      Threshold: (SLOW_MS / 2) * 1000,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
    }),
  );
  let [going, body, count] = [true, "well", 0];
  const seen = { well: { old: 0, new: 0 }, slow: { old: 0, new: 0 } };
  const failures = [];
  const call = async () => {
    while (going) {
      const [mood, sent] = [body, `${body} ${count++}`];
      try {
        const answer = await runtime.send(
          new InvokeEndpointCommand({ EndpointName, Body: sent, ContentType: "text/plain" }),
        );
        const [, who, echoed] = /^(old|new) (.*)$/.exec(Buffer.from(answer.Body).toString()) ?? [];
        if (echoed === sent) seen[mood][who]++;
        else failures.push(`wrong answer to "${sent}": ${Buffer.from(answer.Body)}`);
      } catch (error) {
        failures.push(`${error.name}: ${error.message}`);
      }
    }
  };
  const calls = Array.from({ length: CALLERS }, call);
  await client.send(
    new UpdateEndpointCommand({
      EndpointName,
      EndpointConfigName: "new",
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: "CANARY",
            CanarySize: { Type: "CAPACITY_PERCENT", Value: percent },
            WaitIntervalInSeconds: 3600,
          },
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName }] },
      },
    }),
  );
  while (seen.well.new === 0) await sleep(1);
  const before = { ...seen.well };
  const windowOf = () => seen.well.old - before.old + seen.well.new - before.new;
  while (windowOf() < wanted) await sleep(1);
  const [shifted, window] = [seen.well.new - before.new, windowOf()];
  const turned = performance.now();
  body = "slow";
  const after = await settled(client, EndpointName);
  const seconds = (performance.now() - turned) / 1000;
  const atEnd = { ...seen.slow };
  while (seen.slow.old < atEnd.old + 500) await sleep(1);
  going = false;
  await Promise.all(calls);
  const share = (100 * shifted) / window;
  console.log(
    `canary of ${percent} %: ${shifted} of ${window} requests, ${share.toFixed(2)} % (${(share - percent).toFixed(2)} points, ${((100 * (share - percent)) / percent).toFixed(2)} % of what was asked)`,
  );
  console.log(
    `  back ${seconds.toFixed(1)} s after the new model turned slow: ${after.EndpointStatus} with ${after.EndpointConfigName}, "${after.FailureReason}"`,
  );
  console.log(
    `  ${failures.length} of ${count} requests lost or answered wrong; from then on the old model answered ${seen.slow.old - atEnd.old}, the new ${seen.slow.new - atEnd.new}`,
  );
  for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`);
}
