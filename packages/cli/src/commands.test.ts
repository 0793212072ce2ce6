import { type CliIO, runCommandLine } from "@sightline/foundation/command-line";
import { expect, it } from "vitest";
import { COMMANDS, GROUPS } from "./commands.js";
import { isExpected } from "./errors.js";

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const io: CliIO = {
    out: (data) => {
      out += String(data);
    },
    err: (text) => {
      err += text;
    },
    terminal: false,
    columns: 80,
    signal: new AbortController().signal,
  };
  const program = {
    name: "sightline",
    version: "1.2.3",
    help: "",
    commands: COMMANDS,
    groups: GROUPS,
    isExpected,
  };
  return { code: await runCommandLine(program, args, io), out, err };
}

it.each([
  ["deploy own m --serverless 2048 --count 2", "--serverless has no instances"],
  ["deploy own m --max 3", "--max needs what to grow by"],
  ["deploy own m --min 2", "add --max"],
  ["train out/p --shape 224", "--shape takes HEIGHTxWIDTH"],
  ["train out/p --set epochs", "--set takes NAME=VALUE"],
  ["delete endpiont drivers", 'Did you mean "endpoint"?'],
  ["delete endpoint drivers --dry-run", "--dry-run goes with --session"],
  ["invoke drivers", "INPUT is missing"],
  ["list --kind endpoints", 'Did you mean "endpoint"?'],
  ["logs", "NAME is missing"],
  ["doctor --policy trian", 'Did you mean "train"?'],
  ["lsit", 'Did you mean "list"?'],
  ["deploy own m --instnace ml.m5.large", 'Did you mean "--instance"?'],
])("answers a wrong command line with what is wrong, before anything is sent: %s", async (line, told) => {
  const { code, err } = await run(...line.split(" "));
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(told) });
});

it.each(COMMANDS.map(({ name }) => name))(
  "ends the help of %s with an example, and names each of its options there",
  async (name) => {
    const { out } = await run(name, "--help");
    expect(out).toMatch(/\nExamples?\n {2}sightline /);
    const command = await COMMANDS.find((entry) => entry.name === name)!.load();
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
  },
);

it("says how to come by the packed files that are not there", async () => {
  const { code, err } = await run("train", "no/such");
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining("sightline pack PICTURES no/such --split stratified"),
  });
});
