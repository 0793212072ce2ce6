# HyperparameterTuner: jobs, the best of them, their table, and its model.
from aws_fixtures import TUNING, bucket
from sagemaker.estimator import Estimator
from sagemaker.tuner import CategoricalParameter, ContinuousParameter, HyperparameterTuner
from v2_common import common, one

train = Estimator(image_uri="tune", output_path=f"s3://{bucket}/out", hyperparameters={"epochs": 2}, **one, **common)
rate = ContinuousParameter(0.0001, 1, scaling_type="Logarithmic")
ranges = {"learning_rate": rate, "optimizer": CategoricalParameter(["sgd", "adam"])}
tuner = HyperparameterTuner(
    train,
    "objective",
    ranges,
    **TUNING,
)
tuner.fit(job_name="tuner", include_cls_metadata=False)
table = tuner.analytics().dataframe()
assert len(table) == 4 and set(table["TrainingJobStatus"]) == {"Completed"}, table
best = table.sort_values("FinalObjectiveValue").iloc[-1]
assert tuner.best_training_job() == best["TrainingJobName"], table
assert tuner.best_estimator().model_data.endswith(f"{best['TrainingJobName']}/output/model.tar.gz")
again = HyperparameterTuner.attach("tuner", sagemaker_session=common["sagemaker_session"])
assert again.best_training_job() == tuner.best_training_job()
