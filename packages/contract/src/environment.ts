/** Names of the environment variables that packages, container, notebooks and examples share. */
export const environment = {
  /** Root of everything that SageMaker mounts into a container. Default: `/opt/ml`. */
  mlRoot: "SIGHTLINE_ML_ROOT",
  /** Port that `serve` listens on, as SageMaker sets it. Default: 8080. */
  bindToPort: "SAGEMAKER_BIND_TO_PORT",
} as const;
