import { readFile } from "node:fs/promises";
import http from "node:http";
import { basename } from "node:path";

/** What `start --json` prints. */
export interface Started {
  readonly url: string;
  readonly folder: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly user: { readonly email: string; readonly password: string };
  readonly env: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at members of what they expect
  readonly json: any;
}

interface Form {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly upload: string;
}

/** Emulators tell APIs apart by the Host header; not every resolver knows names below localhost. */
export function request(
  url: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const isApi = hostname.endsWith(".execute-api.localhost");
  return new Promise((resolve, reject) => {
    const asked = http.request(
      {
        ...{ host: isApi ? "127.0.0.1" : hostname, port, method, path: `${pathname}${search}` },
        headers: { ...headers, host },
      },
      (response) => void readAnswer(response).then(resolve, reject),
    );
    asked.once("error", reject);
    asked.end(body);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  const content = Buffer.concat(pieces);
  const { statusCode, headers } = response;
  const isJson = /^application\/json(;|$)/.test(headers["content-type"] ?? "") && content.length > 0;
  return {
    ...{ status: statusCode!, headers, body: content.toString("latin1") },
    json: isJson ? JSON.parse(content.toString("utf8")) : undefined,
  };
}

/** Somebody at the page. */
export class ServiceClient {
  readonly #started: Started;
  readonly #token: string;

  private constructor(started: Started, token: string) {
    this.#started = started;
    this.#token = token;
  }

  static async signIn(started: Started): Promise<ServiceClient> {
    const { outputs, user, env } = started;
    const response = await fetch(env.AWS_ENDPOINT_URL!, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: outputs.UserPoolClient,
        AuthParameters: { USERNAME: user.email, PASSWORD: user.password },
      }),
    });
    const { AuthenticationResult: result } = (await response.json()) as {
      AuthenticationResult: { IdToken: string };
    };
    return new ServiceClient(started, result.IdToken);
  }

  /** Who has signed in, as tokens have it. */
  get sub(): string {
    const claims = Buffer.from(this.#token.split(".")[1]!, "base64url").toString();
    return (JSON.parse(claims) as { sub: string }).sub;
  }

  ask(path: string, body?: unknown): Promise<Answer> {
    if (body !== undefined) return this.askText(path, JSON.stringify(body));
    return request(`${this.#started.url}${path}`, { headers: { authorization: this.#token } });
  }

  /** The same with a body that need not be JSON. */
  askText(path: string, body: string): Promise<Answer> {
    const headers = { authorization: this.#token, "content-type": "application/json" };
    return request(`${this.#started.url}${path}`, { headers, method: "POST", body });
  }

  /** What a token is like whose claims are right and whose signature is not. */
  forgedToken(): string {
    const [head, claims, signature] = this.#token.split(".");
    return `${head}.${claims}.${Buffer.alloc(Buffer.from(signature!, "base64url").length).toString("base64url")}`;
  }

  /** Uploads a file by the form that the service signs. */
  async upload(file: string, name = basename(file)): Promise<Form> {
    const content = await readFile(file);
    const { status, json, body } = await this.ask("uploads", { name, bytes: content.length });
    if (status !== 201) throw new Error(`${status}: ${body}`);
    const sent = await sendForm(json as Form, content);
    if (!sent.ok) throw new Error(`${sent.status}: ${await sent.text()}`);
    return json as Form;
  }

  /** Looks at the list until it holds what is wanted. */
  async jobsWhen(isWanted: (jobs: readonly Job[]) => boolean): Promise<readonly Job[]> {
    for (;;) {
      const { status, json, body } = await this.ask("jobs");
      if (status !== 200) throw new Error(`${status}: ${body}`);
      if (isWanted(json.jobs)) return json.jobs;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

export interface Job {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly start: number;
  readonly frames?: number;
  readonly detectionCount?: number;
  readonly reason?: string;
  readonly upload: string;
  readonly progress?: { readonly framesRendered: number; readonly frames: number };
  readonly videoUrl?: string;
  readonly detectionsUrl?: string;
}

export function sendForm({ url, fields }: Form, content: Uint8Array): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(content)]));
  return fetch(url, { method: "POST", body: form });
}

export interface Mail {
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText: string;
}

/** What the emulator's mail service has sent, once it is what is wanted. */
export async function mails(
  { env }: Started,
  isWanted: (mails: readonly Mail[]) => boolean = () => true,
): Promise<readonly Mail[]> {
  for (;;) {
    const response = await fetch(`${env.AWS_ENDPOINT_URL}/_ministack/ses/messages`);
    const { messages } = (await response.json()) as { messages: Record<string, Mail[]> };
    const sent = Object.values(messages).flat();
    if (isWanted(sent)) return sent;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Calls a function of the stack by a part of its name; rejects with what it threw. */
export async function invoke(example: Started, part: string, event: unknown): Promise<void> {
  const answer = await fetch(`${await functionUrl(example, part)}/invocations`, {
    method: "POST",
    body: JSON.stringify(event),
  });
  if (answer.headers.has("x-amz-function-error")) throw new Error(await answer.text());
}

/** Calls the finisher as a topic does. */
export function notify(example: Started, message: object): Promise<void> {
  return invoke(example, "Finisher", { Records: [{ Sns: { Message: JSON.stringify(message) } }] });
}

/** Changes variables of a function, whose next call sees them. */
export async function setVariables(
  example: Started,
  part: string,
  changed: Readonly<Record<string, string>>,
): Promise<void> {
  const url = `${await functionUrl(example, part)}/configuration`;
  const { Environment: former } = (await (await fetch(url)).json()) as {
    Environment: { Variables: Record<string, string> };
  };
  const body = JSON.stringify({ Environment: { Variables: { ...former.Variables, ...changed } } });
  const answer = await fetch(url, { method: "PUT", body });
  if (!answer.ok) throw new Error(await answer.text());
}

async function functionUrl({ env }: Started, part: string): Promise<string> {
  const functions = `${env.AWS_ENDPOINT_URL}/2015-03-31/functions`;
  const { Functions: known } = (await (await fetch(`${functions}/`)).json()) as {
    Functions: { FunctionName: string }[];
  };
  return `${functions}/${known.find(({ FunctionName }) => FunctionName.includes(part))!.FunctionName}`;
}

/** From now on the bucket tells each event twice, at the same moment and in the same words. */
export async function tellTwice({ env, outputs }: Started): Promise<void> {
  const url = `${env.AWS_ENDPOINT_URL}/${outputs.Bucket}?notification`;
  const told = await (await fetch(url)).text();
  const [once] = /<CloudFunctionConfiguration>.*<\/CloudFunctionConfiguration>/s.exec(told)!;
  const again = once.replace(/<Id>.*?<\/Id>/, "<Id>again</Id>");
  const answer = await fetch(url, { method: "PUT", body: told.replace(once, once + again) });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Writes a row of the table of videos, as a function that has died would have left it. */
export async function putRecord({ env }: Started, row: Readonly<Record<string, string | number>>) {
  const ask = async (operation: string, body: object) => {
    const answer = await fetch(env.AWS_ENDPOINT_URL!, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const { TableNames: names } = (await ask("ListTables", {})) as { TableNames: string[] };
  const Item = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "number" ? { N: String(value) } : { S: value },
    ]),
  );
  await ask("PutItem", { TableName: names[0], Item });
}
