import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const page = readFileSync(fileURLToPath(new URL("../../../docs/aws.md", import.meta.url)), "utf8");
const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!.trim().split("\n"),
);

/** The arguments of a line, as a shell takes them apart; none of the page's lines has more than double quotes. */
const argumentsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
const of = (start: string) => commands.filter((line) => line.startsWith(start));

test("every command stands on the page once", () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((line, at) => commands.indexOf(line) !== at)).toEqual([]);
});

describe("commands of sightline", () => {
  test.each(of("npx sightline "))("%s: the program knows command and options", (line) => {
    const words = argumentsOf(line).slice(2);
    const group = words[0] === "image" ? words.slice(0, 2) : words.slice(0, 1);
    const { status, stdout } = spawnSync(process.execPath, [program, ...group, "--help"], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    for (const option of words.filter((word) => word.startsWith("--"))) {
      expect(stdout, option).toMatch(new RegExp(`${option}\\b`));
    }
  });
});

describe("commands of aws", () => {
  const python = process.env.SIGHTLINE_TEST_PYTHON;
  const beside = python === undefined ? [] : [join(dirname(python), "aws")].filter(existsSync);
  const aws = ["aws", ...beside].find((command) => spawnSync(command, ["--version"]).status === 0);
  /** Commands that aws-cli has beside the services' own operations: those cannot be checked without being run. */
  const own = /^aws (s3|configure) /;
  test.for(of("aws ").filter((line) => !own.test(line)))("%s: aws-cli takes it", (line, { skip }) => {
    if (aws === undefined) return skip("aws-cli is not there");
    // Arguments are checked before anybody is asked, and nobody is there.
    const [, ...args] = argumentsOf(line);
    const env = {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "none",
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_RETRY_MODE: "standard",
      AWS_MAX_ATTEMPTS: "1",
    };
    const given = [...args, "--endpoint-url", "http://127.0.0.1:9"];
    const { stderr } = spawnSync(aws, given, { env, encoding: "utf8" });
    expect(stderr).toContain("Could not connect to the endpoint URL");
  });
});
