import { repositoryOf } from "./repository.js";

/** Repositories of AWS's Deep Learning Containers and of the framework images before and beside them. */
const FRAMEWORK =
  /^((sagemaker-)?(huggingface-)?(pytorch|tensorflow|mxnet|autogluon)(-scriptmode|-training|-inference)+(-neuronx?)?|sagemaker-(scikit-learn|xgboost|base-python))$/;

/** Whether an image is one of AWS's that run a job's own script, in whatever account and region. */
export function isFrameworkImage(uri: string): boolean {
  return FRAMEWORK.test(repositoryOf(uri));
}
