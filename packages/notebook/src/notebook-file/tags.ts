/** Tag of the cell that declares parameters, and of the one that a run puts behind it: papermill's names. */
export const parametersTag = "parameters";
export const injectedTag = "injected-parameters";
