import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeModel,
  float,
  floats,
  graphBuilder,
  MalformedModelError,
  type OnnxModel,
  readMetadata,
  readModel,
  tensor,
  writeModel,
} from "./index.js";

// Loaded after this is set: ONNX Runtime reports usage over the network otherwise.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { InferenceSession, Tensor } = await import("onnxruntime-node");

function head(metadata: Record<string, string> = {}): OnnxModel {
  const g = graphBuilder({ name: "head", metadata });
  const x = g.input("features", "float32", ["N", 2]);
  const w = g.initializer("weight", [2, 3], new Float32Array([1, 0, 0, 0, 1, 0]));
  g.output(g.node("Softmax", [g.node("MatMul", [x, w])], { axis: -1 }, { output: "prob" }), "float32", [
    "N",
    3,
  ]);
  return g.build();
}

describe("writeModel and readModel", () => {
  it("makes a file that ONNX Runtime runs", async () => {
    const session = await InferenceSession.create(writeModel(head()));
    const { prob } = await session.run({ features: new Tensor("float32", [1, 2], [1, 2]) });
    const sum = Math.exp(1) + Math.exp(2) + 1;
    const expected = [Math.exp(1) / sum, Math.exp(2) / sum, 1 / sum];
    expect(Array.from(prob!.data as Float32Array).map((v) => v.toFixed(6))).toEqual(
      expected.map((v) => v.toFixed(6)),
    );
    await session.release();
  });

  it("gives the same model back", () => {
    const model = head({ names: '["a","b"]' });
    expect(readModel(writeModel(model))).toEqual(model);
  });

  it("gives equal bytes for equal models", () => {
    expect(writeModel(head())).toEqual(writeModel(readModel(writeModel(head()))));
  });

  it("keeps every kind of attribute", () => {
    const g = graphBuilder();
    const x = g.input("x", "float32", ["N"]);
    const inner = graphBuilder({ name: "body" });
    inner.output(
      inner.node("Identity", [inner.input("y", "float32", [1])], {}, { output: "z" }),
      "float32",
      [1],
    );
    g.output(
      g.node("Custom", [x, ""], {
        whole: 3,
        huge: 2n ** 62n,
        negative: -(2n ** 63n),
        real: 0.5,
        one: float(1),
        text: "chä",
        list: [1, 2, -3],
        reals: [0.5, 1],
        ones: floats([1, 2]),
        texts: ["a", ""],
        none: [],
        constant: tensor("", [2], new BigInt64Array([1n, -1n])),
        body: { type: "graph", value: inner.graph() },
      }),
      "float32",
      ["N"],
    );
    const model = g.build();
    expect(readModel(writeModel(model))).toEqual(model);
    const types = Object.fromEntries(model.graph.nodes[0]!.attributes.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      whole: "int",
      huge: "int",
      real: "float",
      one: "float",
      list: "ints",
      reals: "floats",
    });
  });

  it("keeps fields that it does not model", () => {
    // ModelProto.doc_string (6) and model_version (5), GraphProto.doc_string (10).
    const extra = new Uint8Array([(6 << 3) | 2, 2, 104, 105, 5 << 3, 7]);
    const file = new Uint8Array([...writeModel(head()), ...extra]);
    const model = readModel(file);
    expect(model.opaque).toHaveLength(2);
    expect(Buffer.from(writeModel(model)).includes(Buffer.from(extra.subarray(0, 4)))).toBe(true);
  });

  it("reads weights that are stored as numbers instead of raw bytes", () => {
    // TensorProto: dims=[2], data_type=FLOAT16, int32_data=[0x3c00, 0xc000] (1 and -2), name "w".
    const data = [(5 << 3) | 2, 6, 0x80, 0x78, 0x80, 0x80, 0x03];
    const weight = [1 << 3, 2, 2 << 3, 10, ...data.with(1, 5), (8 << 3) | 2, 1, 119];
    const graph = [(5 << 3) | 2, weight.length, ...weight];
    const file = new Uint8Array([1 << 3, 8, (7 << 3) | 2, graph.length, ...graph]);
    const { initializers } = readModel(file).graph;
    expect(initializers[0]).toMatchObject({ name: "w", elemType: "float16", dims: [2] });
    expect([...initializers[0]!.data]).toEqual([0x00, 0x3c, 0x00, 0xc0]);
  });
});

describe("describeModel and readMetadata", () => {
  it("names inputs, outputs and metadata, and leaves initializers out", () => {
    const model = head({ stride: "32" });
    const listed = { name: "weight", elemType: "float32", shape: [2, 3] } as const;
    const old = {
      ...model,
      irVersion: 3,
      graph: { ...model.graph, inputs: [listed, ...model.graph.inputs] },
    };
    const file = writeModel(old);
    expect(describeModel(file)).toEqual({
      inputs: [{ name: "features", elemType: "float32", shape: ["N", 2] }],
      outputs: [{ name: "prob", elemType: "float32", shape: ["N", 3] }],
      metadata: { stride: "32" },
      irVersion: 3,
      opsets: { "": 17 },
    });
    expect(readMetadata(file)).toEqual({ stride: "32" });
  });

  it("tells an unknown rank from a scalar", () => {
    const g = graphBuilder();
    g.output(g.input("x", "float32", []), "float32", []);
    const model = g.build();
    const unknown = { name: "x", elemType: "float32", shape: [], rankUnknown: true } as const;
    const file = writeModel({ ...model, graph: { ...model.graph, inputs: [unknown] } });
    expect(describeModel(file).inputs[0]).toEqual(unknown);
    expect(describeModel(file).outputs[0]).toEqual({ name: "x", elemType: "float32", shape: [] });
  });
});

describe("what is no model", () => {
  const file = writeModel(head({ names: "a" }));

  it.each([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:12\n")],
    ["a JPEG's beginning", new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
    ["a length that points outside", new Uint8Array([(7 << 3) | 2, 0xff, 0xff, 0xff, 0x7f])],
    ["a model cut short", file.subarray(0, file.length - 20)],
  ])("is refused with a typed error: %s", (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(MalformedModelError);
    expect(() => describeModel(bytes)).toThrow(MalformedModelError);
  });

  it("is refused when it exceeds maxBytes, before any of it is decoded", () => {
    expect(() => readModel(file, { maxBytes: 10 })).toThrow(/limit is 10 bytes/);
  });

  it("never fails with anything but a typed error, whatever the bytes", () => {
    const damaged = fc
      .tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(file.length))
      .map(([at, value, end]) => file.map((byte, i) => (i === at ? value : byte)).subarray(0, end));
    const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
      for (const read of [readModel, describeModel, readMetadata]) {
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof MalformedModelError)) throw error;
        }
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it("refuses graphs nested deeper than any model, instead of overflowing the stack", () => {
    const wrap = (field: number, bytes: Buffer): Buffer => {
      const length: number[] = [];
      for (let rest = bytes.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), bytes]);
    };
    // A graph in an attribute (6) of a node (5) of a graph (1), 500 times.
    let graph: Buffer = Buffer.alloc(0);
    for (let i = 0; i < 500; i++) graph = wrap(1, wrap(5, wrap(6, graph)));
    expect(() => readModel(wrap(7, graph))).toThrow(MalformedModelError);
  });
});
