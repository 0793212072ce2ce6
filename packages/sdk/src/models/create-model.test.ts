import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, missing, Refusal } from "../../test/support/fake-aws.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import type { Session } from "../session.js";
import { createModel } from "./create-model.js";
import { deleteModel } from "./delete-model.js";

let aws: FakeAws;
let session: Session;
let models: Map<string, Input>;
beforeEach(async () => {
  aws = await FakeAws.start();
  session = await aws.session();
  aws.s3.put("drivers", "m.tar.gz", "model");
  models = new Map();
  aws
    .on("DescribeModel", ({ ModelName }) => models.get(ModelName) ?? missing("model"))
    .on("CreateModel", (input) => {
      models.set(input.ModelName, input);
      return { ModelArn: "arn" };
    })
    .on("DeleteModel", ({ ModelName }) => (models.delete(ModelName) ? {} : missing("model")));
});
afterEach(() => aws.stop());

const artifact = { image: "own:1", uri: "s3://drivers/m.tar.gz" };

test("makes a model once, whatever it is called with", async () => {
  const options = { model: artifact, environment: { A: "1" }, isolated: true };
  const model = await createModel(session, options);
  expect(model).toMatchObject({ kind: "model", arn: "arn", created: true, artifactUri: artifact.uri });
  expect(models.get(model.name)).toMatchObject({
    PrimaryContainer: { Image: "own:1", ModelDataUrl: artifact.uri, Environment: { A: "1" } },
    EnableNetworkIsolation: true,
  });
  expect(await createModel(session, options)).toMatchObject({ name: model.name, created: false });
  const other = await createModel(session, { ...options, environment: { A: "2" } });
  expect(other.name).not.toBe(model.name);
});

test("a name taken by another artefact is a conflict", async () => {
  await createModel(session, { model: artifact, name: "mine" });
  const other = createModel(session, { model: { ...artifact, image: "own:2" }, name: "mine" });
  await expect(other).rejects.toThrow(ResourceConflictError);
});

test("a create whose answer was lost is found again", async () => {
  aws.on("CreateModel", (input) => {
    models.set(input.ModelName, input);
    return new Refusal(400, "ValidationException", "Cannot create already existing model");
  });
  expect((await createModel(session, { model: artifact, name: "mine" })).name).toBe("mine");
});

test("an artefact that is not there is refused; one that may not be looked at is not", async () => {
  const absent = createModel(session, { model: { ...artifact, uri: "s3://drivers/none.tar.gz" } });
  await expect(absent).rejects.toThrow(InvalidInputError);
  aws.on("HeadObject", () => new Refusal(403, "Forbidden", ""));
  const warnings: string[] = [];
  const note = () => undefined;
  const talking = await aws.session({
    logger: { debug: note, info: note, error: note, warn: (message) => warnings.push(message) },
  });
  expect((await createModel(talking, { model: artifact })).created).toBe(true);
  expect(warnings).toEqual([
    "s3://drivers/m.tar.gz may not be read from here, so a replaced artefact goes unnoticed.",
  ]);
});

test("deletes a model, twice without an error", async () => {
  const model = await createModel(session, { model: artifact });
  expect(await deleteModel(session, model)).toBe(true);
  expect(await deleteModel(session, model.name)).toBe(false);
});
