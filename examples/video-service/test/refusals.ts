import { invoke, request, type ServiceClient, type Started, sendForm } from "./service-client.js";

/** What a public edge is given, and with which status and words it refuses it. */
type Refusal = readonly [what: string, status: number, body: RegExp, ask: () => Promise<Refused>];
interface Refused {
  readonly status: number;
  readonly body: string;
}

/** Everything that is no video of the service, at each edge. */
export function refusals(example: Started, client: ServiceClient): readonly Refusal[] {
  const upload = (wish: unknown) => () => client.ask("uploads", wish);
  const withToken = (path: string, authorization?: string, body?: string) => () =>
    request(`${example.url}${path}`, {
      headers: authorization === undefined ? {} : { authorization },
      ...(body === undefined ? {} : { method: "POST", body }),
    });
  const form = async (changed: Readonly<Record<string, string>>, bytes: number): Promise<Refused> => {
    const asked = (await client.ask("uploads", { name: "road.mp4", bytes: 100 })).json;
    const answer = await sendForm(
      { ...asked, fields: { ...asked.fields, ...changed } },
      new Uint8Array(bytes),
    );
    return { status: answer.status, body: await answer.text() };
  };
  const key = "input/somebody/else/road.mp4";
  const words = /"error":"[A-Za-z].*\."/;
  // API Gateway's and S3's own.
  const unauthorized = /Unauthorized/;
  const denied = /<Code>AccessDenied<\/Code>/;
  const wish = JSON.stringify({ name: "road.mp4", bytes: 100 });
  return [
    ["no JSON", 400, words, () => client.askText("uploads", "{")],
    ["JSON that is no object", 400, words, upload("no object")],
    ["no size", 400, words, upload({ name: "road.mp4" })],
    ["a path with ..", 400, words, upload({ name: "../../output/road.mp4", bytes: 5 })],
    ["a path", 400, words, upload({ name: "a/b.mp4", bytes: 5 })],
    ["a size below 1", 400, words, upload({ name: "road.mp4", bytes: -1 })],
    ["a track of a strange upload", 400, words, upload({ name: "a.gpx", bytes: 5, upload: "../x" })],
    ["too large a video", 413, words, upload({ name: "road.mp4", bytes: 5_000_000_001 })],
    ["no video by its name", 415, words, upload({ name: "road.exe", bytes: 5 })],
    ["no token", 401, unauthorized, withToken("jobs")],
    ["no token for a form", 401, unauthorized, withToken("uploads", undefined, wish)],
    ["a token that is none", 401, unauthorized, withToken("jobs", "not.a.token")],
    ["a token signed by another", 401, unauthorized, withToken("jobs", client.forgedToken())],
    [
      "a token signed by another, for a form",
      401,
      unauthorized,
      withToken("uploads", client.forgedToken(), wish),
    ],
    ["a video that is another's or none", 404, words, () => client.ask(`jobs/${"0".repeat(32)}`)],
    ["an id that is none", 404, words, () => client.ask("jobs/place")],
    ["a link that is none", 404, words, withToken("results/x")],
    ["a link of no video", 404, words, withToken(`results/${"0".repeat(32)}.${"x".repeat(32)}`)],
    ["a form's file one byte too large", 400, /EntityTooLarge/, () => form({}, 101)],
    ["a form's empty file", 400, /EntityTooSmall/, () => form({}, 0)],
    ["a form to output/", 403, denied, () => form({ key: "output/road.mp4" }, 100)],
    ["a form to another's folder", 403, denied, () => form({ key }, 100)],
    ["a form with ..", 403, denied, () => form({ key: "input/../output/road.mp4" }, 100)],
    ["a form for another to be told", 403, denied, () => form({ "x-amz-meta-email": "a%40b.org" }, 100)],
  ];
}

/** Events that the starter is not to act on: strange buckets and keys, and what is not there. */
export async function tellOfStrangers(example: Started): Promise<void> {
  const strange = (name: string, key: string, eventName = "ObjectCreated:Put") => ({
    eventName,
    s3: { bucket: { name }, object: { key, sequencer: "1" } },
  });
  const own = example.outputs.Bucket!;
  const Records = [
    strange("bucket-of-another", "input/road.mp4"),
    strange(example.outputs.ModelBucket!, "input/road.mp4"),
    strange(own, "output/road_output.mp4"),
    strange(own, "input/../output/road_output.mp4"),
    strange(own, "input/%2e%2e/output/road_output.mp4"),
    strange(own, "input/%E0%A4%A.mp4"),
    strange(own, "input/not-there.mp4"),
    strange(own, "input/"),
    strange(own, "input/road.mp4", "ObjectRemoved:Delete"),
  ];
  await invoke(example, "Starter", { Records });
  await invoke(example, "Starter", { Service: "Amazon S3", Event: "s3:TestEvent" });
  const notices = ["", "null", "[]", '{"invocationStatus":"Completed"}'].map((Message) => ({
    Sns: { Message },
  }));
  const foreign = { invocationStatus: "Failed", inferenceId: "0".repeat(32) };
  await invoke(example, "Finisher", { Records: [...notices, { Sns: { Message: JSON.stringify(foreign) } }] });
}
