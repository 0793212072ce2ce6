/** Name of the main thread's global with which the control thread ends the running script. */
export const stopKey = "__sightlineStop__";
