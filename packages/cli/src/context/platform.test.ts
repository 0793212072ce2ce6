import { expect, it } from "vitest";
import { isForeignFolder, platformOf, runsOn } from "./platform.js";

const amd64 = platformOf("linux/amd64");

it.each([
  ["bin/napi-v6/linux/x64", false, "ONNX Runtime's folder of this platform"],
  ["bin/napi-v6/linux/arm64", true, "another processor"],
  ["bin/napi-v6/darwin/x64", true, "another system"],
  ["bin/napi-v6", false, "the folder above"],
  ["prebuilds/jpeg-turbo-linux-x64", false, "pkg-prebuilds' folder of this platform"],
  ["prebuilds/jpeg-turbo-linux-x64-musl", true, "another C library"],
  ["prebuilds/jpeg-turbo-win32-ia32", true, "another system and processor"],
  ["prebuilds/linux-x64", false, "prebuildify's folder"],
  ["prebuilds/linuxmusl-x64", true, "sharp's name of musl"],
  ["src/linux/io.js", false, "a folder of sources that is called linux"],
  ["lib/darwin", false, "a folder that is only called darwin"],
])("of %s says %s: %s", (path, foreign) => {
  expect(isForeignFolder(path, amd64)).toBe(foreign);
});

it("reads a package's limits as npm does", () => {
  expect(runsOn({}, amd64)).toBe(true);
  expect(runsOn({ os: ["linux"], cpu: ["x64"], libc: ["glibc"] }, amd64)).toBe(true);
  expect(runsOn({ os: ["linux"], libc: ["musl"] }, amd64)).toBe(false);
  expect(runsOn({ os: ["!win32"] }, amd64)).toBe(true);
  expect(runsOn({ cpu: ["!x64"] }, amd64)).toBe(false);
});
