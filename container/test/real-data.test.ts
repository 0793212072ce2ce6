import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listImages, packRecordIO, readRecords, splitList } from "@sightline/recordio";
import { describe, expect, it } from "vitest";
import { layOutJob, removeJob } from "./support/job-folder.js";
import { startProgram, startServe } from "./support/program.js";

const data = process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const pictures = join(data, "images/customvision-mit");
const backbone = join(data, "models/squeezenet1.1_fp32_features.onnx");
const missing = [pictures, backbone].filter((path) => !existsSync(path));

describe.skipIf(missing.length > 0)(
  `real photographs${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
  () => {
    it("of four classes are told apart, 19 of 20 held out at least, in training and when served", async () => {
      const list = await listImages(pictures);
      const parts = splitList(list, { kind: "stratified", parts: { train: 2, validation: 1 }, seed: 1 });
      const root = await layOutJob({
        labels: list.classes,
        hyperparameters: { num_classes: "4", num_training_samples: String(parts.train.entries.length) },
      });
      try {
        for (const name of ["train", "validation"] as const) {
          await mkdir(join(root, "input/data", name), { recursive: true });
          await packRecordIO(parts[name], {
            output: join(root, "input/data", name, name),
            resize: { kind: "short-edge", pixels: 256 },
          });
        }
        await mkdir(join(root, "input/data/backbone"));
        for (const from of [backbone, backbone.replace(".onnx", ".preprocess.json")]) {
          await copyFile(from, join(root, "input/data/backbone", from.slice(from.lastIndexOf("/"))));
        }
        const program = startProgram("train", root);
        expect(await program.ended, program.output()).toBe(0);
        const { training } = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
        expect(training.samples).toEqual({ train: 40, validation: 20 });
        expect(training.validationAccuracy).toBeGreaterThanOrEqual(19 / 20);

        const server = await startServe(root);
        let right = 0;
        for await (const { image, labels } of readRecords(
          join(root, "input/data/validation/validation.rec"),
        )) {
          const headers = { "content-type": "application/x-image" };
          const response = await fetch(`${server.url}/invocations`, {
            method: "POST",
            headers,
            body: image as Uint8Array<ArrayBuffer>,
          });
          const answer = (await response.json()) as number[];
          if (answer.indexOf(Math.max(...answer)) === labels[0]) right += 1;
        }
        server.process.kill("SIGTERM");
        expect(await server.ended).toBe(0);
        expect(right / 20).toBeCloseTo(training.validationAccuracy, 6);
      } finally {
        await removeJob(root);
      }
    });
  },
);
