import { refusalOf } from "../aws/explain-refusal.js";

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `warning`: it can be done without, or could not be looked at. */
  readonly status: "ok" | "warning" | "failed";
  /** What was found. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/**
 * What a look that AWS refused comes to: a warning, because nothing is known.
 *
 * @param action the permission that the look takes, such as `iam:GetRole`
 * @throws the error itself when it is none of AWS's
 */
export function notSeen(check: string, action: string, error: unknown): Finding {
  const refusal = refusalOf(error);
  if (refusal === undefined) throw error;
  const { denied, unsupported, code, message } = refusal;
  if (unsupported) return { check, status: "warning", detail: `not looked at: ${action} is not known here` };
  const remedy = denied
    ? `Allow ${action} to look at it, or ask who may.`
    : "Try again, or look in the AWS console.";
  return { check, status: "warning", detail: `could not be looked at: ${code}: ${message}`, remedy };
}
