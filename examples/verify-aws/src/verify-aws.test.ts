import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { costCap, readPrices } from "./cost.js";
import { beginLedger, LedgerError, type LedgerHead, openLedger } from "./ledger.js";
import { writeReport } from "./report.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-ledger-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head: LedgerHead = {
  kind: "head",
  sessionId: "verify1",
  region: "eu-west-1",
  account: "111122223333",
  bucket: "mine",
};

test("a ledger cut at any byte is read up to its last whole line, and none is there within the first", () => {
  const path = join(folder, "ledger.jsonl");
  const ledger = beginLedger(path, head);
  ledger.add({ kind: "objects", uri: "s3://mine/channels/a/" });
  ledger.add({ kind: "endpoint", name: "a" });
  const whole = readFileSync(path);
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const lines = whole.subarray(0, length).toString().split("\n").length - 1;
    expect(openLedger(path)?.entries.length).toBe(lines === 0 ? undefined : lines - 1);
  }
  expect(openLedger(path)).toMatchObject({ head, entries: ledger.entries });
  expect(() => beginLedger(path, head)).toThrow(LedgerError);
  ledger.close();
  expect(openLedger(path)).toBeUndefined();
});

test("the cap is the sum of hours and prices, rounded up, and every price must be known", () => {
  const uses = [
    { what: "training", instance: "ml.g4dn.xlarge", hours: 1 },
    { what: "endpoint", instance: "ml.m5.xlarge", hours: 1.5 },
  ];
  const { usd, table } = costCap(uses, readPrices(["ml.g4dn.xlarge=0.7364", "ml.m5.xlarge=0.24"]));
  expect(usd).toBe(1.1);
  expect(table).toContain("endpoint: ml.m5.xlarge, at most 1.5 h x 0.24 = 0.36 USD");
  expect(() => costCap(uses, readPrices(["ml.m5.xlarge=0.23"]))).toThrow(/No price of ml\.g4dn\.xlarge/);
  expect(() => readPrices(["ml.m5.xlarge"])).toThrow(/INSTANCE=USD.*not "ml\.m5\.xlarge"/);
});

test("a report names what differs, not whose account it was", () => {
  const secrets = {
    account: "111122223333",
    bucket: "mine-111122223333",
    role: "arn:aws:iam::111122223333:role/me",
  };
  const local = { statuses: "Creating InService", frames: 20, "training: seconds": 3 };
  const there = {
    statuses:
      "Creating Failed: arn:aws:iam::111122223333:role/me s3://mine-111122223333 999988887777 AKIAABCDEFGHIJKLMNOP",
    frames: 20,
    "training: seconds": 60,
  };
  const report = writeReport(local, there, secrets, "AWS");
  expect(report).toContain("1 of 3: statuses.");
  expect(report).toContain("Failed: <role> s3://<bucket> <account> <key>");
  expect(report).toContain("| training: seconds | 3 | 60 | figure |");
  expect(report).toContain("| frames | 20 | 20 | same |");
  expect(report).not.toMatch(/\d{12}/);
});
