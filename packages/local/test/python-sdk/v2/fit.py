# Estimator.fit with a channel, logs and metrics; what it tells afterwards; stopping.
from aws_fixtures import ROLE, bucket, put
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from v2_common import estimator, session

train = estimator(
    metric_definitions=[{"Name": "accuracy", "Regex": r"Train-accuracy=(\S+)"}],
    hyperparameters={"epochs": 3},
    tags=[{"Key": "team", "Value": "vision"}],
    environment={"EXTRA": "yes"},
)
inputs = {"train": TrainingInput(put("fit/a.txt"), content_type="text/plain", distribution="FullyReplicated")}
train.fit(inputs, job_name="fit", logs="All")
assert train.model_data == f"s3://{bucket}/out/fit/output/model.tar.gz", train.model_data
told = train.latest_training_job.describe()
assert told["SecondaryStatus"] == "Completed" and told["RoleArn"] == ROLE, told
curve = train.training_job_analytics.dataframe()
# CloudWatch gives the mean of a minute.
assert 0.5 <= curve["value"].mean() <= 0.7, curve
assert Estimator.attach("fit", sagemaker_session=session).model_data == train.model_data

train.set_hyperparameters(sleep=600)
train.fit(inputs, job_name="fit-stopped", wait=False)
train.latest_training_job.stop()
session.sagemaker_client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="fit-stopped")
assert train.latest_training_job.describe()["TrainingJobStatus"] == "Stopped"
