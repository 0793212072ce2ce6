import { expect, it } from "vitest";
import { sealedConfig } from "./seal-image.js";

const rootfs = { type: "layers", diff_ids: ["sha256:1", "sha256:2"] };
const build = (id: string, created: string) => ({
  architecture: "amd64",
  os: "linux",
  created,
  container: id,
  docker_version: "20.10",
  config: { Cmd: ["serve"], Image: id, Hostname: id },
  rootfs,
  history: [
    { created: "2026-01-01T00:00:00Z", created_by: "COPY of the base" },
    { created, created_by: "/bin/sh -c #(nop) COPY dir:1 in / " },
    { created, created_by: "ENV A=1", empty_layer: true },
  ],
});

it("makes two builds of equal layers the same, and keeps the times of the base", () => {
  const first = sealedConfig(build("a", "2026-11-28T19:00:00Z"), 0);
  expect(sealedConfig(build("b", "2026-11-28T20:00:00Z"), 0)).toEqual(first);
  expect(first).toEqual({
    created: "1970-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["serve"] },
    rootfs,
    history: [
      { created: "2026-01-01T00:00:00Z", created_by: "COPY of the base" },
      { created: "1970-01-01T00:00:00Z", created_by: "/bin/sh -c #(nop) COPY dir:1 in / " },
      { created: "1970-01-01T00:00:00Z", created_by: "ENV A=1", empty_layer: true },
    ],
  });
});
