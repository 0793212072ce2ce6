import { expect, test } from "vitest";
import { createSession } from "../create-session.js";
import { RegionNotOfferedError } from "../errors.js";
import { accountImage } from "./account-image.js";
import { builtInImageUri, builtInRegions } from "./built-in-image-uri.js";
import { containerImage } from "./container-image.js";

test.each([
  ["us-east-1", "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1", "the ordinary case"],
  ["cn-north-1", "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/image-classification:1", "China"],
  ["us-gov-west-1", "226302683700.dkr.ecr.us-gov-west-1.amazonaws.com/image-classification:1", "GovCloud"],
  ["us-iso-east-1", "490574956308.dkr.ecr.us-iso-east-1.c2s.ic.gov/image-classification:1", "iso"],
  ["us-isob-east-1", "765400339828.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/image-classification:1", "iso-b"],
  ["us-isof-south-1", "124985052026.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/image-classification:1", "iso-f"],
])("%s has %s (%s)", (region, uri) => {
  expect(builtInImageUri("image-classification", region)).toBe(uri);
});

test("knows 37 regions, each with an account of 12 digits", () => {
  expect(builtInRegions()).toHaveLength(37);
  for (const region of builtInRegions())
    expect(builtInImageUri("object-detection", region)).toMatch(/^\d{12}\.dkr\.ecr\./);
});

test.each(["ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "mx-central-1"])(
  "%s does not offer the algorithm, and the error says so",
  (region) => {
    const act = () => builtInImageUri("image-classification", region);
    expect(act).toThrow(RegionNotOfferedError);
    expect(act).toThrow(`SageMaker does not offer image-classification in ${region}.`);
  },
);

test("a region nobody has heard of is named", () => {
  expect(() => builtInImageUri("image-classification", "moon-1")).toThrow(/moon-1 is not among the regions/);
});

test("an image of one's own is checked for form", () => {
  expect(containerImage("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1").uri).toContain("/x:1");
  expect(() => containerImage("two words")).toThrow(/without blanks/);
  expect(() => containerImage("")).toThrow(/1 to 255/);
});

test("an image of one's own account has the region's registry", async () => {
  const send = async <Output>() => ({ Account: "111122223333" }) as Output;
  const session = await createSession({ region: "cn-north-1", send });
  expect((await accountImage(session, "sightline:1")).uri).toBe(
    "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/sightline:1",
  );
});
