# A spot job with checkpoints, and a warm pool that the next job takes.
from aws_fixtures import bucket, get, put
from v2_common import estimator, session

data = {"train": put("spot/a.txt")}
spot = estimator(
    use_spot_instances=True,
    max_run=600,
    max_wait=1200,
    checkpoint_s3_uri=f"s3://{bucket}/checkpoints",
    hyperparameters={"checkpoint": "epoch-1"},
)
spot.fit(data, job_name="spot", logs=False)
told = spot.latest_training_job.describe()
assert told["EnableManagedSpotTraining"] is True and "BillableTimeInSeconds" in told, told
assert get(f"s3://{bucket}/checkpoints/epoch-1") == "weights"

warm = estimator(keep_alive_period_in_seconds=600)
for name in ("warm-1", "warm-2"):
    warm.fit(data, job_name=name, logs=False)
statuses = [
    session.sagemaker_client.describe_training_job(TrainingJobName=name)["WarmPoolStatus"]
    for name in ("warm-1", "warm-2")
]
assert [each["Status"] for each in statuses] == ["Reused", "Available"], statuses
warm.latest_training_job.describe()
