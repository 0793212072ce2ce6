import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LongWork } from "@sightline/foundation/long-work";
import { describe, expect, it } from "vitest";
import { OutputBusyError } from "../errors.js";
import { listImages } from "../list/list-images.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import type { PackEvent, PackResult } from "./pack-options.js";
import { packRecordIO } from "./pack-record-io.js";
import { COMPLETE, filesOf, small, usePictures } from "./test-pictures.js";

const pictures = usePictures();

/** Aborts a run when so many images are done. */
async function abortAt(
  packing: LongWork<PackEvent, PackResult>,
  done: number,
  controller: AbortController,
  reason: Error,
): Promise<void> {
  for await (const event of packing) {
    if (event.kind === "progress" && event.done >= done) controller.abort(reason);
  }
}

describe("a run that does not come to its end", () => {
  it("goes on where an aborted run stopped, with the same bytes in the end", async () => {
    const { entries, ...rest } = await listImages(pictures.images);
    const many = Array.from({ length: 30 }, (_, round) => round).flatMap((round) =>
      entries.map((entry) => ({ ...entry, id: entry.id + round * 12 })),
    );
    const list = { ...rest, entries: many };
    const wanted = await packRecordIO(list, {
      ...small(pictures),
      output: join(pictures.folder, "whole", "train"),
    });
    const controller = new AbortController();
    const reason = new Error("stop");
    const stopped = packRecordIO(list, { ...small(pictures), signal: controller.signal });
    await expect(abortAt(stopped, 16, controller, reason)).rejects.toBe(reason);
    expect(await filesOf(pictures)).toEqual(["train.packing"]);
    const resumed: number[] = [];
    const again = packRecordIO(list, small(pictures));
    for await (const event of again) if (event.kind === "resumed") resumed.push(event.records);
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toBeGreaterThanOrEqual(16);
    expect((await again).report).toMatchObject({ records: 360, reused: resumed[0] });
    expect(await readFile(`${pictures.output}.rec`)).toEqual(await readFile(wanted.recPath));
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });

  it("stops with the signal's reason before it touches anything", async () => {
    const list = await listImages(pictures.images);
    const reason = new Error("never");
    await expect(packRecordIO(list, { ...small(pictures), signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    await expect(readdir(join(pictures.folder, "out"))).rejects.toThrow("ENOENT");
  });

  it("lets only one of two runs on one output win", async () => {
    const list = await listImages(pictures.images);
    const runs = await Promise.allSettled([
      packRecordIO(list, small(pictures)),
      packRecordIO(list, small(pictures)),
    ]);
    const failed = runs.filter((run) => run.status === "rejected");
    expect(failed).toHaveLength(1);
    expect(failed[0]!.reason).toBeInstanceOf(OutputBusyError);
    expect((await verifyRecordIO(`${pictures.output}.rec`)).problems).toEqual([]);
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });

  it("ends cleanly when the iteration is left early, and can be gone on with", async () => {
    const list = await listImages(pictures.images);
    for await (const _ of packRecordIO(list, small(pictures))) break;
    expect(await filesOf(pictures)).not.toContain("train.packing.lock");
    expect((await packRecordIO(list, small(pictures))).report.records).toBe(12);
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });

  it("goes on where an aborted run with passThrough stopped, with the same bytes in the end", async () => {
    const { entries, ...rest } = await listImages(pictures.images);
    const many = Array.from({ length: 3000 }, (_, id) => ({ ...entries[id % entries.length]!, id }));
    const list = { ...rest, entries: many };
    const through = { output: pictures.output, workers: 0, passThrough: true };
    const wanted = await packRecordIO(list, { ...through, output: join(pictures.folder, "whole", "train") });
    const controller = new AbortController();
    const reason = new Error("stop");
    const stopped = packRecordIO(list, { ...through, signal: controller.signal });
    await expect(abortAt(stopped, 1000, controller, reason)).rejects.toBe(reason);
    expect(await filesOf(pictures)).toEqual(["train.packing"]);
    const { report } = await packRecordIO(list, through);
    expect(report.records).toBe(3000);
    expect(report.reused).toBeGreaterThanOrEqual(1000);
    for (const ending of [".rec", ".idx", ".lst"]) {
      const whole = await readFile(wanted.recPath.replace(".rec", ending));
      expect((await readFile(`${pictures.output}${ending}`)).equals(whole)).toBe(true);
    }
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });
});
