import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TargetError } from "../errors.js";
import { runLoadTest } from "../run-load-test.js";
import { readBodies } from "./read-bodies.js";
import { urlRequests } from "./url-requests.js";

test("a folder gives its files in order of name, with their types, and neither hidden ones nor folders", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sl-bodies-"));
  for (const name of ["b.png", "a.jpg", "c.bin", "d.rec", ".hidden"])
    await writeFile(join(folder, name), name);
  expect(await readBodies(folder)).toEqual([
    { data: Buffer.from("a.jpg"), contentType: "image/jpeg" },
    { data: Buffer.from("b.png"), contentType: "image/png" },
    { data: Buffer.from("c.bin"), contentType: undefined },
    { data: Buffer.from("d.rec"), contentType: "application/x-recordio" },
  ]);
  expect(await readBodies(join(folder, "a.jpg"), "x/y")).toEqual([
    { data: Buffer.from("a.jpg"), contentType: "x/y" },
  ]);
  await rm(folder, { recursive: true });
});

test("a URL is asked with GET without bodies, with POST and the body's type otherwise", () => {
  const [get] = urlRequests({ url: "http://h/p?q=1" }).requests;
  expect(get).toMatchObject({ method: "GET", path: "/p?q=1", body: undefined });
  const data = new Uint8Array([1]);
  const [post] = urlRequests({ url: "http://h/", bodies: [{ data, contentType: "a/b" }] }).requests;
  expect(post).toMatchObject({
    method: "POST",
    headers: ["user-agent", "sightline-load", "content-type", "a/b"],
  });
  const headers = { "Content-Type": "c/d" };
  const [own] = urlRequests({ url: "http://h/", headers, bodies: [{ data, contentType: "a/b" }] }).requests;
  expect(own!.headers.filter((name) => name.toLowerCase() === "content-type")).toHaveLength(1);
});

const url = { url: "http://127.0.0.1/" };
test.each([
  ["no step", url, { steps: [] }, RangeError],
  ["half a user", url, { steps: [{ users: 0.5, seconds: 1 }] }, RangeError],
  ["a step without time", url, { steps: [{ users: 1, seconds: 0 }] }, RangeError],
  ["a test of two days", url, { steps: [{ users: 1, seconds: 172_800 }] }, RangeError],
  [
    "a think time upside down",
    url,
    { steps: [{ users: 1, seconds: 1 }], thinkSeconds: [2, 1] as const },
    RangeError,
  ],
  [
    "an endpoint's body above 6 MiB",
    { endpointName: "e", bodies: [{ data: Buffer.alloc(6_291_457) }] },
    { steps: [{ users: 1, seconds: 1 }] },
    TargetError,
  ],
  [
    "an endpoint without a body",
    { endpointName: "e", bodies: [] },
    { steps: [{ users: 1, seconds: 1 }] },
    TargetError,
  ],
])("%s is refused before anything is sent", (_, target, options, error) => {
  expect(() => runLoadTest(target, options)).toThrow(error);
});

test("bodies that are none, or too many to be kept in memory, are refused before they are read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sl-bodies-"));
  await expect(readBodies(folder)).rejects.toThrow(/has no files/);
  await expect(readBodies(join(folder, "none"))).rejects.toThrow(TargetError);
  const large = join(folder, "large.bin");
  await writeFile(large, "");
  // Sparse: it has that length, and no blocks.
  await truncate(large, 1024 ** 3 + 1);
  await expect(readBodies(large)).rejects.toThrow(/more than 1000 files or 1 GiB/);
  await rm(large);
  await Promise.all(Array.from({ length: 1001 }, (_, index) => writeFile(join(folder, `${index}.jpg`), "")));
  await expect(readBodies(folder)).rejects.toThrow(/more than 1000 files or 1 GiB/);
  await rm(folder, { recursive: true });
});

test("a URL of another scheme is refused", async () => {
  await expect(runLoadTest({ url: "ftp://h/" }, { steps: [{ users: 1, seconds: 1 }] })).rejects.toThrow(
    TypeError,
  );
});
