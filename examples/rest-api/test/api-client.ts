import http from "node:http";
import { createSession, listFiles, type Session } from "@sightline/sdk";
import { expect } from "vitest";

/** What `start --json` prints. */
export interface Started {
  readonly url: string;
  readonly apiKey: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly env: Record<string, string>;
}

export const credentialsOf = (env: Started["env"]) => ({
  accessKeyId: env.AWS_ACCESS_KEY_ID!,
  secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
});
/** At the local SageMaker, with its metrics. */
export const sessionOf = ({ env }: Pick<Started, "env">) =>
  createSession({
    region: env.AWS_REGION!,
    endpointUrl: env.AWS_ENDPOINT_URL_SAGEMAKER!,
    credentials: credentialsOf(env),
  });

/** How often the endpoint was asked since it stands. */
export async function invocations(session: Session): Promise<number> {
  const { Datapoints: points = [] } = await session.send<{ Datapoints?: { Sum: number }[] }>(
    "cloudwatch",
    "GetMetricStatistics",
    {
      Namespace: "AWS/SageMaker",
      MetricName: "Invocations",
      Dimensions: [
        { Name: "EndpointName", Value: "rest-api" },
        { Name: "VariantName", Value: "AllTraffic" },
      ],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    },
  );
  return points.reduce((sum, { Sum }) => sum + Sum, 0);
}

/** URIs of all that is in the stack's bucket. */
export async function objects({ env, outputs }: Started): Promise<readonly string[]> {
  const session = await createSession({
    region: env.AWS_REGION!,
    endpointUrl: env.AWS_ENDPOINT_URL!,
    credentials: credentialsOf(env),
  });
  const found: string[] = [];
  for await (const { uri } of listFiles(session, `s3://${outputs.Bucket}/`)) found.push(uri);
  session.close();
  return found;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Emulators tell APIs apart by the Host header; not every resolver knows names below localhost. */
export function request(
  url: string,
  method = "GET",
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
) {
  const { hostname, port, host, pathname } = new URL(url);
  expect(hostname).toMatch(/\.execute-api\.localhost$/);
  return new Promise<Answer>((resolve, reject) => {
    const asked = http.request(
      { host: "127.0.0.1", port, method, path: pathname, headers: { ...headers, host } },
      async (response) => {
        let text = "";
        for await (const piece of response.setEncoding("utf8")) text += piece;
        resolve({ status: response.statusCode!, headers: response.headers, text });
      },
    );
    asked.once("error", reject);
    asked.end(body);
  });
}

export const classify = ({ url, apiKey }: Started, type: string, body: Uint8Array | string) =>
  request(`${url}classify`, "POST", { "content-type": type, "x-api-key": apiKey }, body);
export const classesOf = ({ text }: Answer): { className: string; probability: number }[] =>
  JSON.parse(text).predictions;
