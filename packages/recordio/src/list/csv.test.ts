import { describe, expect, it } from "vitest";
import { parseCsv } from "./csv.js";

describe("parseCsv", () => {
  it("reads the driver list's form", () => {
    const { columns, rows } = parseCsv("subject,classname,img\np002,c0,img_44733.jpg\np012,c1,img_2.jpg\n");
    expect(columns).toEqual(["subject", "classname", "img"]);
    expect(rows).toEqual([
      { line: 2, fields: { subject: "p002", classname: "c0", img: "img_44733.jpg" } },
      { line: 3, fields: { subject: "p012", classname: "c1", img: "img_2.jpg" } },
    ]);
  });

  it.each([
    ["Windows line ends", "a,b\r\n1,2\r\n", ["1", "2"]],
    ["a byte order mark", "\ufeffa,b\n1,2", ["1", "2"]],
    ["quotes around a comma", 'a,b\n"1,5",2', ["1,5", "2"]],
    ["doubled quotes", 'a,b\n"say ""hi""",2', ['say "hi"', "2"]],
    ["a line break inside quotes", 'a,b\n"1\n2",3', ["1\n2", "3"]],
    ["an empty last field", "a,b\n1,\n", ["1", ""]],
    ["a missing last field", "a,b\n1\n", ["1", ""]],
    ["empty lines", "a,b\n\n1,2\n\n", ["1", "2"]],
  ])("takes %s", (_, text, wanted) => {
    const { rows } = parseCsv(text);
    expect(rows).toHaveLength(1);
    expect([rows[0]!.fields.a, rows[0]!.fields.b]).toEqual(wanted);
  });

  it("counts lines across quoted line breaks", () => {
    expect(parseCsv('a\n"1\n2"\n3\n').rows.map(({ line }) => line)).toEqual([2, 4]);
  });
});
