import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type * as CloudWatch from "@aws-sdk/client-cloudwatch";
import type * as Logs from "@aws-sdk/client-cloudwatch-logs";
import type * as S3 from "@aws-sdk/client-s3";
import type * as SageMaker from "@aws-sdk/client-sagemaker";
import type * as Runtime from "@aws-sdk/client-sagemaker-runtime";
import type * as Sts from "@aws-sdk/client-sts";

/**
 * The modules of the AWS clients, which have a class of commands for each operation. For this package's own checking
 * only: nothing here reaches the published types, which would cost seconds in every notebook cell.
 */
export interface Services {
  readonly sagemaker: typeof SageMaker;
  readonly "sagemaker-runtime": typeof Runtime;
  readonly s3: typeof S3;
  readonly cloudwatch: typeof CloudWatch;
  readonly logs: typeof Logs;
  readonly "application-auto-scaling": typeof AutoScaling;
  readonly sts: typeof Sts;
}

/** The classes of a service's commands by operation. */
type Commands<S extends keyof Services> = {
  readonly [Name in keyof Services[S] as Name extends `${infer Operation}Command`
    ? Operation
    : never]: Services[S][Name];
};

/** Names of a service's operations. */
export type Operation<S extends keyof Services> = keyof Commands<S> & string;

/** An operation's command. */
type Command<S extends keyof Services, O extends Operation<S>> = Commands<S>[O] extends new (
  ...given: never[]
) => infer Made
  ? Made
  : never;

/** An operation's request. */
export type Input<S extends keyof Services, O extends Operation<S>> =
  Command<S, O> extends { readonly input: infer In } ? In : never;

/** An operation's answer. */
export type Output<S extends keyof Services, O extends Operation<S>> =
  Command<S, O> extends {
    resolveMiddleware(...given: never[]): (...given: never[]) => Promise<{ readonly output: infer Out }>;
  }
    ? Out
    : never;
