import { describe, expect, test } from "vitest";
import { HONOURED } from "../honoured-tables.js";
import { type MemberTable, refuseUnhonoured } from "./honoured-members.js";
import { type ModelledService, modelOf, type Shape } from "./service-models.js";

const TABLES: Record<string, Record<string, object>> = HONOURED;

/** Every member of a shape, with a value that holds that member alone. */
function* membersOf(
  service: ModelledService,
  shapeName: string,
  wrap: (value: unknown) => unknown = (value) => value,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; value: unknown; shape: Shape }> {
  const { shapes } = modelOf(service);
  // Two levels show every switch; deeper ones are the structures of those.
  if (path.length > 2) return;
  for (const [member, child] of Object.entries(shapes[shapeName]!.members ?? {})) {
    let inner = shapes[child]!;
    let innerName = child;
    let put = (value: unknown) => wrap({ [member]: value });
    if (inner.type === "list") {
      const outer = put;
      put = (value) => outer([value]);
      innerName = inner.member!;
      inner = shapes[innerName]!;
    }
    const at = [...path, member];
    if (inner.type === "structure") yield* membersOf(service, innerName, put, at);
    else yield { path: at, value: put("some value that is no default"), shape: inner };
  }
}

/** How a table takes the member at a path; undefined where it does not. */
function entryAt(table: unknown, [first, ...rest]: readonly string[]): unknown {
  if (typeof table !== "object" || table === null || Array.isArray(table)) return table;
  return first === undefined ? table : entryAt((table as MemberTable)[first], rest);
}

describe("an input", () => {
  const cases = Object.entries(TABLES).flatMap(([service, operations]) =>
    Object.entries(operations).map(
      ([operation, table]) => [service as ModelledService, operation, table] as const,
    ),
  );

  test("is looked at in every operation that is implemented", () => {
    for (const [service, operations] of Object.entries(TABLES)) {
      expect(Object.keys(operations).sort()).toEqual(
        Object.keys(modelOf(service as ModelledService).inputs).sort(),
      );
    }
  });

  test.each(cases)(
    "of %s %s is taken with the members of its table, refused with any other",
    (service, operation, table) => {
      for (const { path, value } of membersOf(service, modelOf(service).inputs[operation]!)) {
        const call = () => refuseUnhonoured(operation, table as MemberTable, value, "ValidationException");
        const entry = entryAt(table, path);
        if (entry === "done" || entry === "kept") expect(call).not.toThrow();
        else {
          const shown = path.join("(\\[0\\])?\\.");
          const first = path[0]!;
          // A member is refused where the table first does not know it.
          expect(call).toThrow(new RegExp(`does not implement (${shown}|${first}).* of ${operation}\\.$`));
        }
      }
    },
  );
});

describe("what is refused", () => {
  const table = HONOURED.sagemaker.CreateEndpointConfig as MemberTable;
  const call = (variant: object) => () =>
    refuseUnhonoured(
      "CreateEndpointConfig",
      table,
      { ProductionVariants: [{ VariantName: "a" }, variant] },
      "ValidationException",
    );

  test("is named with its place, all of it in one message", () => {
    expect(
      call({
        ManagedInstanceScaling: { Status: "ENABLED" },
        CoreDumpConfig: { DestinationS3Uri: "s3://a/" },
      }),
    ).toThrow(
      "The local SageMaker does not implement ProductionVariants[1].ManagedInstanceScaling, ProductionVariants[1].CoreDumpConfig of CreateEndpointConfig.",
    );
  });

  test("is a value where another value is what happens anyway", () => {
    expect(call({ EnableSSMAccess: false })).not.toThrow();
    expect(call({ EnableSSMAccess: true })).toThrow("ProductionVariants[1].EnableSSMAccess true");
  });

  test("is not a member that is null: that is left out", () => {
    expect(call({ ServerlessConfig: null })).not.toThrow();
  });

  test("is a member that no model knows yet", () => {
    expect(call({ FromTheFuture: 1 })).toThrow("ProductionVariants[1].FromTheFuture");
  });
});
