import { AwsError } from "../errors.js";
import { type MemberTable, refuseUnhonoured } from "./honoured-members.js";
import { readInput, VALIDATION_CODES } from "./read-input.js";
import { type ModelledService, modelOf } from "./service-models.js";

/** A service as the protocols call it. */
export interface Service {
  readonly name: ModelledService;
  /**
   * Calls an operation with an input as the wire had it.
   *
   * @param caller access key that the call was signed with
   * @throws AwsError
   */
  call(operation: string, input: unknown, caller: string): Promise<unknown>;
}

/**
 * Makes a service of its operations and the table of what each of them honours. Instants in outputs are
 * `Date`; the protocols write them in their own forms.
 */
export function createService<Name extends string>(
  name: ModelledService,
  // Each operation has an input of its own: the model's checks, not the compiler, see to it that it gets that.
  operations: { readonly [Each in Name]: (input: never, caller: string) => unknown },
  honoured: { readonly [Each in Name]: object },
): Service {
  const { allOperations } = modelOf(name);
  const isImplemented = (operation: string): operation is Name => Object.hasOwn(operations, operation);
  return {
    name,
    async call(operation, input, caller) {
      if (isImplemented(operation)) {
        refuseUnhonoured(operation, honoured[operation] as MemberTable, input, VALIDATION_CODES[name]);
        return operations[operation](readInput(name, operation, input) as never, caller);
      }
      if (allOperations.includes(operation)) throw notImplemented(name, operation);
      throw new AwsError(
        "UnknownOperationException",
        `The service ${name} has no operation "${operation}".`,
        404,
      );
    },
  };
}

/** The answer to an operation that AWS has and this server has not. */
export function notImplemented(service: string, operation: string): AwsError {
  return new AwsError(
    "NotImplementedException",
    `The local ${service} does not implement ${operation}.`,
    501,
  );
}
