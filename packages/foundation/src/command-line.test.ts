import { expect, it } from "vitest";
import { type CliIO, Interrupted, type Program, runCommandLine, UsageError } from "./command-line.js";
import { choiceOption, choicesOption, numberOption, positional, textOption } from "./option-values.js";

class PaintError extends Error {}

const program: Program = {
  name: "paint",
  version: "1.2.3",
  help: "paint: paints\n",
  isExpected: (error) => error instanceof PaintError,
  commands: [
    {
      name: "wall",
      summary: "a wall",
      load: async () => ({
        help: "paint wall: a wall\n",
        options: {
          color: { type: "string" },
          coats: { type: "string" },
          tools: { type: "string" },
          fail: { type: "string" },
        },
        async run(positionals, values, io) {
          const [where] = positional(positionals, "WALL");
          const coats = numberOption(values, "coats", { min: 1, max: 9, whole: true }) ?? 1;
          const color = choiceOption(values, "color", ["green", "white"]) ?? "white";
          const tools = choicesOption(values, "tools", ["brush", "roller"]) ?? [];
          const fail = textOption(values, "fail");
          if (fail === "known") throw new PaintError("the wall is wet");
          if (fail === "unknown") throw new Error("a fault");
          if (fail === "abort") throw io.signal.reason;
          io.out(JSON.stringify({ where, coats, color, tools }));
          return 0;
        },
      }),
    },
  ],
};

async function run(args: string[], signal = new AbortController().signal, wanted = program) {
  let out = "";
  let err = "";
  const io: CliIO = {
    out: (data) => {
      out += data;
    },
    err: (text) => {
      err += text;
    },
    terminal: false,
    columns: 80,
    signal,
  };
  return { status: await runCommandLine(wanted, args, io), out, err };
}

it("takes no notice of the -- that pnpm hands on", async () => {
  expect((await run(["--", "wall", "north"])).out).toBe((await run(["wall", "north"])).out);
  const bare: Program = { ...program, commands: [], otherwise: program.commands[0]!.load };
  const { status, out } = await run(["--", "north", "--coats", "2"], undefined, bare);
  expect(JSON.parse(out)).toMatchObject({ where: "north", coats: 2 });
  expect(status).toBe(0);
});

it("runs a command with its options", async () => {
  const { status, out, err } = await run(["wall", "north", "--coats", "2", "--tools", "brush, roller"]);
  expect(JSON.parse(out)).toEqual({ where: "north", coats: 2, color: "white", tools: ["brush", "roller"] });
  expect([status, err]).toEqual([0, ""]);
});

it.each([
  [["--help"], 0, "paint: paints\n"],
  [["help"], 0, "paint: paints\n"],
  [["help", "wall"], 0, "paint wall: a wall\n"],
  [["wall", "-h"], 0, "paint wall: a wall\n"],
  [[], 2, "paint: paints\n"],
  [["--version"], 0, "1.2.3\n"],
])("%j exits with %d and prints what was asked for", async (args, status, out) => {
  expect(await run(args)).toEqual({ status, out, err: "" });
});

it.each([
  [["wal"], 'paint: there is no command "wal". Did you mean "wall"?\nSee paint --help.\n'],
  [["toString"], 'paint: there is no command "toString". The commands are wall.\nSee paint --help.\n'],
  [
    ["wall", "x", "--colour", "green"],
    'paint wall: there is no option "--colour". Did you mean "--color"?\nSee paint wall --help.\n',
  ],
  [["wall"], "paint wall: WALL is missing.\nSee paint wall --help.\n"],
  [["wall", "a", "b"], 'paint wall: Unexpected argument "b".\nSee paint wall --help.\n'],
  [
    ["wall", "x", "--coats", "0.5"],
    'paint wall: --coats takes a whole number from 1 to 9, not "0.5".\nSee paint wall --help.\n',
  ],
  [
    ["wall", "x", "--color", "gren"],
    'paint wall: --color takes green, white, not "gren". Did you mean "green"?\nSee paint wall --help.\n',
  ],
  [
    ["wall", "x", "--fail", ""],
    "paint wall: --fail is empty; leave it out or give it a value.\nSee paint wall --help.\n",
  ],
])("%j exits with 2 and says how it should be", async (args, err) => {
  expect(await run(args)).toEqual({ status: 2, out: "", err });
});

it("shows the message of an expected error, and the stack of a fault", async () => {
  expect(await run(["wall", "x", "--fail", "known"])).toMatchObject({
    status: 1,
    err: "paint wall: the wall is wet\n",
  });
  const fault = await run(["wall", "x", "--fail", "unknown"]);
  expect(fault.status).toBe(70);
  expect(fault.err).toContain("Error: a fault\n    at ");
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("exits behind %s with %d", async (signal, status) => {
  const aborted = AbortSignal.abort(new Interrupted(signal));
  const expected = { status, out: "", err: `paint wall: interrupted by ${signal}\n` };
  expect(await run(["wall", "x", "--fail", "abort"], aborted)).toEqual(expected);
});

it("gives what names no command to the program's other command", async () => {
  const otherwise = async () => ({
    help: "",
    options: {},
    async run(positionals: readonly string[]) {
      throw new UsageError(`no such picture: ${positionals.join(" ")}`);
    },
  });
  const { err } = await run(["a.jpg", "b.jpg"], undefined, { ...program, otherwise });
  expect(err).toBe("paint: no such picture: a.jpg b.jpg\nSee paint --help.\n");
});

it("finds a command of two words, and what was meant by one that is misspelt", async () => {
  const { commands, ...rest } = program;
  const inside = { name: "house", summary: "a house", help: "paint house: a house\n", commands };
  const grouped: Program = { ...rest, commands: [], groups: [inside] };
  const painted = await run(["house", "wall", "north"], undefined, grouped);
  expect(JSON.parse(painted.out)).toMatchObject({ where: "north" });
  expect((await run(["house", "--help"], undefined, grouped)).out).toBe(inside.help);
  expect((await run(["help", "house"], undefined, grouped)).out).toBe(inside.help);
  expect((await run(["help", "house", "wall"], undefined, grouped)).out).toBe("paint wall: a wall\n");
  expect(await run(["house"], undefined, grouped)).toMatchObject({ status: 2, out: inside.help });
  const wrong = await run(["hose"], undefined, grouped);
  expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining('Did you mean "house"?') });
  const inner = await run(["house", "wal"], undefined, grouped);
  expect(inner).toMatchObject({ status: 2, err: expect.stringMatching(/^paint house: .*"wall"/) });
});
