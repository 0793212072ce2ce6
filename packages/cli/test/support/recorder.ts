import http, { type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before a service and notes which IAM actions its requests are. */
export interface Recorder {
  readonly url: string;
  /** What was asked since the last call, each once, such as `sagemaker:CreateModel`. */
  take(): string[];
  close(): Promise<void>;
}

/** Hands every request on as it is: signatures are over the Host that the client sees, which is kept. */
export async function startRecorder(target: string): Promise<Recorder> {
  const seen = new Set<string>();
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    const { method = "", url = "/", headers } = request;
    const action = actionOf(method, url, headers);
    if (action !== undefined) seen.add(action);
    const passed = http.request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = [...seen].sort();
      seen.clear();
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PREFIXES: Readonly<Record<string, string>> = {
  SageMaker: "sagemaker",
  Logs_20140328: "logs",
  AnyScaleFrontendService: "application-autoscaling",
};

function actionOf(method: string, url: string, headers: IncomingHttpHeaders): string | undefined {
  const [, service] = /\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ?? [];
  // GetCallerIdentity takes no permission.
  if (service === "sts") return undefined;
  const { pathname, searchParams } = new URL(url, "http://host");
  if (service === "s3") return s3Action(method, pathname.split("/").filter(Boolean).length > 1, searchParams);
  if (pathname.endsWith("/invocations")) return "sagemaker:InvokeEndpoint";
  const [target = "", operation] = String(headers["x-amz-target"] ?? "").split(".");
  const prefix = PREFIXES[target];
  return prefix === undefined ? `unknown:${service} ${method} ${url} ${target}` : `${prefix}:${operation}`;
}

/** The S3 guide, "Actions defined by Amazon S3": a HEAD takes what its GET takes. */
function s3Action(method: string, isObject: boolean, query: URLSearchParams): string {
  if (!isObject) return method === "PUT" ? "s3:CreateBucket" : "s3:ListBucket";
  if (method === "DELETE") return query.has("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject";
  return method === "GET" || method === "HEAD" ? "s3:GetObject" : "s3:PutObject";
}
