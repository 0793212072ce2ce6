import { writeFileSync } from "node:fs";
import path from "node:path";
import { DeleteEndpointCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointWithResponseStreamCommand } from "@aws-sdk/client-sagemaker-runtime";
import { describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel, useHosting } from "./hosting-support.js";

const hosting = useHosting(async ({ client, s3 }) => {
  await createConfig(client, "one", { uri: await putModel(s3, "one"), env: { EXTRA: "yes" } });
  await createEndpoint(client, "main", "one");
});

describe("invocations", () => {
  test("reach the container with their headers and come back with its answer", async () => {
    const answer = await hosting.invoke("main", "hello", {
      Accept: "application/json",
      CustomAttributes: "trace=1",
    });
    expect(answer.json).toMatchObject({
      answer: "one",
      bytes: 5,
      type: "text/plain",
      accept: "application/json",
      attributes: "trace=1",
      extra: "yes",
    });
    expect(answer).toMatchObject({ ContentType: "application/json", InvokedProductionVariant: "v1" });
  });

  test("are the only way to a container: it listens on loopback alone", async () => {
    expect((await hosting.invoke("main")).json.address).toBe("127.0.0.1");
  });

  test.each([400, 415, 500, 503])(
    "a container's %i becomes 424 ModelError with the original",
    async (status) => {
      await expect(hosting.command("main", { status, echo: { why: "because" } })).rejects.toMatchObject({
        name: "ModelError",
        OriginalStatusCode: status,
        OriginalMessage: expect.stringContaining("because"),
        $metadata: { httpStatusCode: 424 },
      });
    },
  );

  test("of many at a time are no leak to Node.js", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    await Promise.all(Array.from({ length: 15 }, () => hosting.command("main", { sleep: 100 })));
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  test("that outlast 60 s are ModelError with status 0", async () => {
    await expect(hosting.command("main", { sleep: 3_000 })).rejects.toMatchObject({
      name: "ModelError",
      OriginalStatusCode: 0,
      OriginalMessage: expect.stringContaining("timed out"),
    });
  });

  test("above the payload limit are refused, up to it they pass", async () => {
    expect((await hosting.invoke("main", new Uint8Array(6_291_456))).json.bytes).toBe(6_291_456);
    await expect(hosting.invoke("main", new Uint8Array(6_291_457))).rejects.toMatchObject({
      message: "HTTP content length exceeded 6291456 bytes.",
      $metadata: { httpStatusCode: 413 },
    });
    await expect(hosting.command("main", { bytes: 6_291_457 })).rejects.toMatchObject({ name: "ModelError" });
  });

  test("of an endpoint that is not there are ValidationError", async () => {
    await expect(hosting.invoke("nobody")).rejects.toMatchObject({
      name: "ValidationError",
      message: "Endpoint nobody of account 000000000000 not found.",
    });
  });

  test("stream: each piece is handed on when the container sends it", async () => {
    const gate = path.join(hosting.stateDir, "gate");
    const { Body, ContentType } = await hosting.runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        EndpointName: "main",
        ContentType: "application/x-command",
        Body: JSON.stringify({ pieces: ["one ", "two ", "three"], gate }),
      }),
    );
    const pieces: string[] = [];
    // The container sends a piece when this side has seen the one before: held back, none would ever come.
    for await (const event of Body!) {
      writeFileSync(`${gate}-${pieces.length}`, "");
      pieces.push(new TextDecoder().decode(event.PayloadPart?.Bytes));
    }
    expect(ContentType).toBe("text/plain");
    expect(pieces).toEqual(["one ", "two ", "three"]);
  });

  test("stream: a container that dies in the middle is an error in the stream", async () => {
    await createEndpoint(hosting.client, "dying", "one");
    const { Body } = await hosting.runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        EndpointName: "dying",
        ContentType: "application/x-command",
        Body: JSON.stringify({ pieces: ["one "], pause: 50, dieAfter: true }),
      }),
    );
    const read = async () => {
      for await (const event of Body!) if (event.ModelStreamError) throw event.ModelStreamError;
    };
    await expect(read()).rejects.toMatchObject({ name: "ModelStreamError" });
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "dying" }));
  });
});
