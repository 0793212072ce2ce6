# A spot job with checkpoints, and a warm pool that the next job takes.
from aws_fixtures import bucket, get, put
from sagemaker.core.resources import TrainingJob
from sagemaker.core.shapes import StoppingCondition
from sagemaker.core.training.configs import CheckpointConfig, Compute, InputData
from v3_common import trainer

channels = [InputData(channel_name="train", data_source=put("spot/a.txt"))]
instance = {"instance_type": "ml.m5.large", "instance_count": 1}
spot = trainer(
    "spot",
    compute=Compute(enable_managed_spot_training=True, **instance),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=600, max_wait_time_in_seconds=1200),
    checkpoint_config=CheckpointConfig(s3_uri=f"s3://{bucket}/checkpoints"),
    hyperparameters={"checkpoint": "epoch-1"},
)
spot.train(input_data_config=channels, logs=False)
assert TrainingJob.get(spot._latest_training_job.training_job_name).enable_managed_spot_training is True
assert get(f"s3://{bucket}/checkpoints/epoch-1") == "weights"

names = []
for name in ("warm-1", "warm-2"):
    warm = trainer(name, compute=Compute(keep_alive_period_in_seconds=600, **instance))
    warm.train(input_data_config=channels, logs=False)
    names.append(warm._latest_training_job.training_job_name)
statuses = [TrainingJob.get(name).warm_pool_status.status for name in names]
assert statuses == ["Reused", "Available"], statuses
