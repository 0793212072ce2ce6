# ModelTrainer with a channel, metrics and logs; stopping.
from aws_fixtures import ROLE, put
from sagemaker.core.resources import TrainingJob
from sagemaker.core.shapes import MetricDefinition
from sagemaker.core.training.configs import InputData
from v3_common import trainer

train = trainer("train", hyperparameters={"epochs": 3}, environment={"EXTRA": "yes"})
train.with_metric_definitions([MetricDefinition(name="accuracy", regex=r"Train-accuracy=(\S+)")])
channels = [InputData(channel_name="train", data_source=put("train/a.txt"), content_type="text/plain")]
train.train(input_data_config=channels)
job = TrainingJob.get(train._latest_training_job.training_job_name)
assert job.training_job_status == "Completed" and job.role_arn == ROLE, job
assert [metric.metric_name for metric in job.final_metric_data_list] == ["accuracy"], job

train = trainer("stopped", hyperparameters={"sleep": 600})
train.train(input_data_config=channels, wait=False)
stopped = train._latest_training_job
stopped.stop()
stopped.wait()
assert stopped.training_job_status == "Stopped", stopped
