import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  buildColourModel,
  COLOUR_MANIFEST,
  COLOURS,
  layOutColourModel,
  paint,
} from "./support/colour-model.js";
import { refusal } from "./support/invoke.js";
import { childrenOf } from "./support/program.js";
import { type Server, servers } from "./support/servers.js";

let root: string;
let red: Buffer;
const { serve } = servers(() => ({ root, env: { SAGEMAKER_MULTI_MODEL: "true" } }));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  const single = await layOutColourModel();
  // As SageMaker lays them out: models/<hash>/model.
  for (const name of ["a", "b", "c"])
    await cp(join(single, "model"), join(root, "models", name, "model"), { recursive: true });
  const logits = join(root, "models/logits/model");
  await mkdir(logits, { recursive: true });
  await writeFile(join(logits, "model.onnx"), buildColourModel("logits"));
  await writeFile(join(logits, "manifest.json"), JSON.stringify(COLOUR_MANIFEST));
  await rm(single, { recursive: true });
  red = await paint("red");
});
afterAll(() => rm(root, { recursive: true, force: true }));

const load = ({ url }: Server, name: string, folder = `${root}/models/${name}/model`): Promise<Response> =>
  fetch(`${url}/models`, { method: "POST", body: JSON.stringify({ model_name: name, url: folder }) });
const unload = ({ url }: Server, name: string): Promise<Response> =>
  fetch(`${url}/models/${name}`, { method: "DELETE" });
const invoke = ({ url }: Server, name: string, body: Uint8Array = red): Promise<Response> =>
  fetch(`${url}/models/${name}/invoke`, { method: "POST", headers: { "content-type": "image/png" }, body });

describe("serve with SAGEMAKER_MULTI_MODEL", () => {
  it("is healthy without a model, and loads, lists, invokes and unloads models by name", async () => {
    const server = await serve();
    const { url } = server;
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    expect(await (await fetch(`${url}/models`)).json()).toEqual({ models: [] });
    expect(await refusal(await invoke(server, "a"))).toEqual([404, "ModelNotFound"]);
    expect((await load(server, "a")).status).toBe(200);
    expect((await load(server, "b")).status).toBe(200);
    const listed = ["a", "b"].map((name) => ({ modelName: name, modelUrl: `${root}/models/${name}/model` }));
    expect(await (await fetch(`${url}/models`)).json()).toEqual({ models: listed });
    expect(await (await fetch(`${url}/models?limit=1`)).json()).toEqual({
      models: [listed[0]],
      nextPageToken: "1",
    });
    expect(await (await fetch(`${url}/models?limit=1&next_page_token=1`)).json()).toEqual({
      models: [listed[1]],
    });
    expect(await (await fetch(`${url}/models/b`)).json()).toEqual(listed[1]);
    const answer = (await (await invoke(server, "a")).json()) as number[];
    expect(COLOURS[answer.indexOf(Math.max(...answer))]).toBe("red");
    expect((await unload(server, "a")).status).toBe(200);
    expect(await refusal(await invoke(server, "a"))).toEqual([404, "ModelNotFound"]);
    expect(await refusal(await unload(server, "a"))).toEqual([404, "ModelNotFound"]);
    expect((await invoke(server, "b")).status).toBe(200);
    // One process a model, and that of an unloaded one is gone.
    expect(await childrenOf(server.process.pid!)).toHaveLength(1);
    expect((await load(server, "a")).status).toBe(200);
  });

  it("refuses what cannot be loaded with the status that SageMaker knows", async () => {
    const server = await serve();
    expect((await load(server, "a")).status).toBe(200);
    expect(await refusal(await load(server, "a"))).toEqual([409, "ModelExists"]);
    expect(await refusal(await load(server, "x", `${root}/models/gone/model`))).toEqual([
      404,
      "ModelNotFound",
    ]);
    expect(await refusal(await load(server, "x", `${root}/models/a`))).toEqual([400, "InvalidModel"]);
    expect(await refusal(await load(server, "x", "/etc"))).toEqual([404, "ModelNotFound"]);
    expect(await refusal(await load(server, "x", `${root}/models/../../etc`))).toEqual([
      404,
      "ModelNotFound",
    ]);
    expect(await refusal(await load(server, "logits"))).toEqual([400, "InvalidModel"]);
    const { url } = server;
    expect(await refusal(await fetch(`${url}/models`, { method: "POST", body: "{}" }))).toEqual([
      400,
      "InvalidModel",
    ]);
    expect(await refusal(await fetch(`${url}/models?limit=0`))).toEqual([400, "InvalidQuery"]);
    expect((await fetch(`${url}/invocations`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${url}/models/a`, { method: "PUT" })).headers.get("allow")).toBe("GET, DELETE");
    expect(await (await fetch(`${url}/models`)).json()).toMatchObject({ models: [{ modelName: "a" }] });
  });

  it("answers 507 when memory is short, and loads again when a model has been unloaded", async () => {
    // Room for two processes of some 130 MiB and a little more.
    const server = await serve({ SIGHTLINE_MEMORY_BYTES: String(470 * 2 ** 20) });
    expect((await load(server, "a")).status).toBe(200);
    expect((await load(server, "b")).status).toBe(200);
    expect(await refusal(await load(server, "c"))).toEqual([507, "InsufficientMemory"]);
    expect((await unload(server, "a")).status).toBe(200);
    expect((await load(server, "c")).status).toBe(200);
    expect((await invoke(server, "c")).status).toBe(200);
  });

  it("answers what a model has in work before it is gone", async () => {
    const server = await serve();
    await load(server, "a");
    const large = await paint("red", "png", 3000, 3000);
    const work = Array.from({ length: 8 }, () => invoke(server, "a", large));
    // So large a picture takes longer than a request on its way: the first answer shows that the others have been taken.
    await Promise.race(work);
    const gone = unload(server, "a");
    const statuses = (await Promise.all(work)).map(({ status }) => status);
    expect(statuses).toEqual(statuses.map(() => 200));
    expect((await gone).status).toBe(200);
  });
});
