import { exitStatus as common } from "@sightline/foundation/command-line";

/**
 * Exit statuses of the command line: `failed` when a cell failed or a check found something, `usage` when it could not
 * begin (wrong option or parameter, no notebook, no kernel), `timedOut` at a cell's or the run's time limit.
 */
export const exitStatus = { ...common, timedOut: 3 } as const;
