import { parseArgs } from "node:util";
import { describe, expect, it } from "vitest";
import { readArguments, verbs, type Work } from "./arguments.js";
import { options } from "./command-options.js";

const markUp = ["road.mp4", "--model", "m.onnx", "--track"];

function read(args: readonly string[]): Work {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const verb = verbs.find((name) => name === positionals[0]);
  return readArguments(verb, verb ? positionals.slice(1) : positionals, values);
}

describe("lines and zones on the command line", () => {
  it("go into what is drawn, beside the kinds", () => {
    const command = read([
      ...markUp,
      ...["--annotate", "box", "--line", "gate=0,360,1280,360,10", "--line", "exit=10,20,-30.5,40"],
      ...["--zone", "yard=0,0,100,0,100,50", "--anchor", "box"],
    ]);
    expect(command).toMatchObject({
      kind: "mark-up",
      options: {
        track: true,
        annotate: {
          annotate: ["box"],
          lines: [
            { name: "gate", from: [0, 360], to: [1280, 360], threshold: 10, anchor: "box" },
            { name: "exit", from: [10, 20], to: [-30.5, 40], anchor: "box" },
          ],
          zones: [
            {
              name: "yard",
              polygon: [
                [0, 0],
                [100, 0],
                [100, 50],
              ],
              anchor: "box",
            },
          ],
        },
      },
    });
  });

  it("are counted at by report", () => {
    const command = read(["report", "road.jsonl", "--video", "r.mp4", "--line", "a=0,0,1,1"]);
    expect(command).toMatchObject({ counting: { lines: [{ name: "a", from: [0, 0], to: [1, 1] }] } });
  });

  it.each([
    [["--line", "0,0,1,1"], /--line is "0,0,1,1"; write NAME=X1,Y1,X2,Y2/],
    [["--line", "a=0,0,1"], /write NAME=/],
    [["--line", "a=0,0,1,one"], /write NAME=/],
    [["--line", "a=0,0,,1"], /write NAME=/],
    [["--line", "a=5,5,5,5"], /--line a has no length/],
    [["--line", "a=0,0,1,1,0"], /threshold of 0/],
    [["--line", "a=0,0,1,1", "--line", "a=0,0,2,2"], /"a" is given twice/],
    [["--zone", "a=0,0,1,1"], /three corners or more/],
    [["--anchor", "foot"], /--anchor is for lines and zones/],
    [["--zone", "a=0,0,1,1,1,0", "--anchor", "middle"], /--anchor takes center, foot, box, not "middle"/],
  ])("%j is refused with how it is written", (args, message) => {
    expect(() => read([...markUp, ...args])).toThrow(message);
  });

  it("a line wants objects that are followed", () => {
    const untracked = markUp.slice(0, -1);
    expect(() => read([...untracked, "--line", "a=0,0,1,1"])).toThrow(/give --track too/);
    expect(() => read([...untracked, "--zone", "a=0,0,1,1,1,0"])).not.toThrow();
    expect(() => read(["detect", ...markUp.slice(0, 3), "--line", "a=0,0,1,1"])).toThrow(
      /--line is not for detect/,
    );
  });
});
