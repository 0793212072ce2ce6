import { join } from "node:path";
import { environment } from "@sightline/contract/environment";

/** The folders of the SageMaker container contract, below one root. */
export interface MlPaths {
  readonly root: string;
  readonly hyperparameters: string;
  readonly inputDataConfig: string;
  readonly resourceConfig: string;
  readonly channels: string;
  readonly model: string;
  readonly outputData: string;
  readonly failure: string;
  readonly checkpoints: string;
}

/** Where everything lies. The root is `SIGHTLINE_ML_ROOT`, by default `/opt/ml` as SageMaker fixes it. */
export function mlPaths(env: NodeJS.ProcessEnv = process.env): MlPaths {
  const root = env[environment.mlRoot] || "/opt/ml";
  return {
    root,
    hyperparameters: join(root, "input/config/hyperparameters.json"),
    inputDataConfig: join(root, "input/config/inputdataconfig.json"),
    resourceConfig: join(root, "input/config/resourceconfig.json"),
    channels: join(root, "input/data"),
    model: join(root, "model"),
    outputData: join(root, "output/data"),
    failure: join(root, "output/failure"),
    checkpoints: join(root, "checkpoints"),
  };
}
