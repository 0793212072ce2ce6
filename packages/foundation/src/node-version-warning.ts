const VARIABLE = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";

/**
 * Runs `construct` without the AWS SDK's notice about Node.js below 22.
 *
 * On Node 20 the first AWS client of a process prints seven lines through `process.emitWarning`. The SDK
 * reads this variable inside the client's constructor, which is synchronous: it is set for exactly that
 * long, so child processes and other code never see it. Someone who sets the variable (to anything)
 * decides alone. The notice concerns releases of the SDK after the first week of January 2027.
 */
export function withoutNodeVersionWarning<T>(construct: () => T): T {
  if (process.env[VARIABLE] !== undefined) return construct();
  process.env[VARIABLE] = "true";
  try {
    return construct();
  } finally {
    delete process.env[VARIABLE];
  }
}
