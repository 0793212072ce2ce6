import type * as SageMaker from "@aws-sdk/client-sagemaker";
import type { HonouredInputs } from "../wire/honoured-members.js";
import type { InputOf, Operations, OutputOf } from "../wire/operation-types.js";

/** What an operation of SageMaker is given. */
export type SageMakerInput<Name extends string> = InputOf<typeof SageMaker, Name>;
/** What an operation of SageMaker answers. */
export type SageMakerOutput<Name extends string> = OutputOf<typeof SageMaker, Name>;
/** Implementations of some of SageMaker's operations. */
export type SageMakerOperations<Name extends string> = Operations<typeof SageMaker, Name>;
/** What some of SageMaker's operations honour of their inputs. */
export type SageMakerHonoured<Name extends string> = HonouredInputs<typeof SageMaker, Name>;
