import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ElemType, graphBuilder, writeModel } from "@sightline/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DetectorLayoutError, markUpImages } from "../src/index.js";
import { finish } from "./support/finish.js";
import { sampleObject } from "./support/layout-recipes.js";
import { type LayoutSample, layoutSamples } from "./support/layout-samples.js";
import { ffmpeg } from "./support/make-video.js";

/** Layouts that no reference of a framework covers: their decoders run behind ONNX Runtime here. */
const layouts = ["yolov6", "damo-yolo", "nanodet-plus", "efficientdet", "mxnet-ssd", "num-dets"];
const samples = layoutSamples.filter(({ layout }) => layouts.includes(layout));

let folder: string;
let picture: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "layouts-"));
  picture = join(folder, "grey.png");
  await ffmpeg(["-f", "lavfi", "-i", "color=gray:size=640x640", "-frames:v", "1", picture]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The sample as an ONNX file whose outputs are what it holds, whatever the picture. */
async function writeSample(name: string, { model, outputs }: LayoutSample): Promise<string> {
  const graph = graphBuilder({ metadata: model.metadata });
  const [images] = model.inputs;
  graph.input(images!.name, images!.elemType as ElemType, images!.shape);
  for (const { name: output, elemType, shape } of model.outputs) {
    const { dims, data } = outputs[output]!;
    const constant = graph.initializer(`constant ${output}`, dims, data, elemType as ElemType);
    graph.output(graph.node("Identity", [constant], {}, { output }), elemType as ElemType, shape);
  }
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, writeModel(graph.build()));
  return path;
}

describe.each(samples.map((sample) => [sample.layout, sample] as const))("%s", (layout, sample) => {
  it("is found out by itself, and finds the object in a picture", async () => {
    const model = await writeSample(layout, sample);
    const { result } = await finish(markUpImages([picture], join(folder, layout), { model }));
    const line = JSON.parse(await readFile(result.detectionsPath, "utf8"));
    expect(line.detections).toHaveLength(1);
    const [{ classId, confidence, xyxy }] = line.detections;
    expect([classId, confidence]).toEqual([sampleObject.classId, sampleObject.confidence]);
    expect(xyxy).toEqual([...sampleObject.xyxy]);
  });

  it("ends the job with the output's name where a score is above 1", async () => {
    const { output, at } = sample.score!;
    const tensor = sample.outputs[output]!;
    const data = Float32Array.from(tensor.data as Float32Array);
    data[at] = 42;
    const outputs = { ...sample.outputs, [output]: { ...tensor, data } };
    const model = await writeSample(`${layout} wrong`, { ...sample, outputs });
    const job = finish(markUpImages([picture], join(folder, `${layout} wrong`), { model }));
    await expect(job).rejects.toThrow(DetectorLayoutError);
    await expect(job).rejects.toThrow(new RegExp(`Output "${output}" holds .*42`));
  });
});
