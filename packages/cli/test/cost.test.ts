import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
let folder: string;
let server: http.Server;
let asked: { target: string | undefined; region: string | undefined; body: Record<string, unknown> }[];

/** A product in the Price List API's form. The prices are made up. */
function product(usagetype: string, USD: string): string {
  const priceDimensions = { "S.T.R": { unit: "Hrs", pricePerUnit: { USD } } };
  return JSON.stringify({
    product: { attributes: { usagetype, regionCode: "eu-west-1" } },
    terms: { OnDemand: { "S.T": { priceDimensions } } },
    publicationDate: "2026-11-02T00:00:00Z",
  });
}

/** Answers GetProducts in two pages. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-cost-"));
  server = http.createServer(async (request, response) => {
    const body = (await json(request)) as Record<string, unknown>;
    const [, region] = /\/([^/]+)\/pricing\/aws4_request/.exec(request.headers.authorization ?? "") ?? [];
    asked.push({ target: request.headers["x-amz-target"] as string, region, body });
    const PriceList =
      body.NextToken === undefined
        ? [product("EU-Host:ml.g5.xlarge", "7.5"), product("EU-Notebk:ml.t3.medium", "1")]
        : [product("EU-Train:ml.g5.xlarge", "8.5")];
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(
      JSON.stringify({
        FormatVersion: "aws_v1",
        PriceList,
        ...(body.NextToken === undefined && { NextToken: "2" }),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_PRICING: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "AKID",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-west-1",
    SIGHTLINE_PRICES: join(folder, "settings/prices.json"),
  };
  const child = spawn(process.execPath, [program, "cost", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code: code as number, out, err };
}

test("a price is unknown until the Price List API has been asked, and then has its source and date", async () => {
  const before = await run("--instance", "ml.g5.xlarge");
  expect(before).toMatchObject({
    code: 0,
    out: "1 x ml.g5.xlarge: price unknown (sightline cost --update reads it from AWS)\n",
  });
  expect(asked).toEqual([]);

  const updated = await run("--update", "--json");
  expect(updated.err).toBe("");
  expect(JSON.parse(updated.out)).toMatchObject({ region: "eu-west-1", read: 2, contradictory: 0 });
  expect(asked.map(({ target, region }) => ({ target, region }))).toEqual(
    Array(2).fill({ target: "AWSPriceListService.GetProducts", region: "us-east-1" }),
  );
  expect(asked[0]!.body).toMatchObject({
    ServiceCode: "AmazonSageMaker",
    Filters: [{ Type: "TERM_MATCH", Field: "regionCode", Value: "eu-west-1" }],
  });

  const after = await run("--instance", "ml.g5.xlarge", "--use", "training", "--count", "2", "--hours", "3");
  expect(after.out).toMatch(
    /^2 x ml\.g5\.xlarge: 17\.00 USD an hour, 51\.00 USD in 3 h \(https:\/\/api\.pricing\..*, 2026-11-02\)\n$/,
  );
  expect((await run("--instance", "ml.g5.xlarge", "--region", "us-east-1")).out).toContain("price unknown");
});

test("an update keeps other regions' rows and one's own, and a table that is broken is named", async () => {
  const path = join(folder, "settings/prices.json");
  const own = {
    region: "us-east-1",
    instanceType: "ml.g5.xlarge",
    use: "endpoint",
    usdPerHour: 9,
    source: "https://example.com",
    date: "2026-11-01",
  };
  await run("--update");
  const { rows } = JSON.parse(await readFile(path, "utf8")) as { rows: object[] };
  await writeFile(path, JSON.stringify({ rows: [own, ...rows] }));
  await run("--update", "--instance", "ml.g5.xlarge");
  expect((JSON.parse(await readFile(path, "utf8")) as { rows: object[] }).rows).toEqual([own, ...rows]);
  expect(await run("--update", "--instance", "ml.made.up")).toMatchObject({
    code: 1,
    err: expect.stringContaining("no price of ml.made.up in eu-west-1 among 3 products"),
  });

  await writeFile(path, JSON.stringify({ rows: [{ ...own, source: undefined }] }));
  expect(await run("--instance", "ml.g5.xlarge")).toMatchObject({
    code: 1,
    err: expect.stringContaining("prices.json row 1: source must be the address"),
  });
});
