# HyperparameterTuner over a ModelTrainer: jobs, and the best of them.
from aws_fixtures import TUNING
from sagemaker.core.parameter import CategoricalParameter, ContinuousParameter
from sagemaker.train.tuner import HyperparameterTuner
from v3_common import trainer

rate = ContinuousParameter(0.0001, 1, scaling_type="Logarithmic")
ranges = {"learning_rate": rate, "optimizer": CategoricalParameter(["sgd", "adam"])}
tuner = HyperparameterTuner(
    trainer("tuner", image="tune", hyperparameters={"epochs": "2"}),
    "objective",
    ranges,
    **TUNING,
)
tuner.tune(job_name="tuner")
job = tuner.latest_tuning_job
job.refresh()
assert job.hyper_parameter_tuning_job_status == "Completed", job
assert job.training_job_status_counters.completed == 4, job
assert tuner.best_training_job() == job.best_training_job.training_job_name
