import { expect, it } from "vitest";
import { nameOf } from "./push-image.js";

it.each([
  ["sightline", "sightline", "latest"],
  ["drivers:1", "drivers", "1"],
  ["team/drivers:1", "team/drivers", "1"],
  ["127.0.0.1:5000/team/drivers:1", "team/drivers", "1"],
  ["localhost/drivers", "drivers", "latest"],
  ["registry.example.com/drivers:2@sha256:00", "drivers", "2"],
])("takes %s apart", (image, repository, tag) => {
  expect(nameOf(image)).toEqual({ repository, tag });
});
