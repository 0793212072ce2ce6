import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest of the end-to-end tests, longest first; what is not named comes behind, in vitest's own order. */
const longest = [
  "packages/notebook/test/browser",
  "packages/notebook/test/notebooks",
  "packages/local/test/python-sdk",
  "examples/video-service/test/video-service",
  "examples/rest-api/test/rest-api",
  "examples/verify-aws/test/verify",
  "examples/codebuild/test/codebuild",
  "examples/service/test/service",
  "packages/constructs/test/examples",
  "packages/notebook/test/command-line",
  "packages/notebook/test/buildspec",
  "packages/notebook/test/run-notebook",
  "packages/notebook/test/stock-tslab",
  "packages/video-markup/test/kill",
  "packages/video-markup/test/mark-up",
  "container/test/detection",
  "container/test/train",
  "examples/load-test/test/load-test",
  "packages/sdk/test/tuning",
  "packages/notebook/test/protocol",
  "examples/quickstart/test/quickstart",
  "packages/video-markup/test/detectors-models",
  "packages/video-markup/test/pool",
  "packages/notebook/test/kernel",
  "container/test/serve-load",
  "container/test/process",
];

/** Begins with the files that take longest, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const known = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return known === -1 ? longest.length : known;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
