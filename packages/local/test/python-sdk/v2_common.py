# What the scripts of the SDK 2 share: a session with a bucket, the stub's estimator and model.
import sagemaker
from aws_fixtures import bucket, model_data
from sagemaker.deserializers import JSONDeserializer
from sagemaker.estimator import Estimator
from sagemaker.model import Model
from sagemaker.serializers import JSONSerializer

session = sagemaker.Session(default_bucket=bucket)
# As an Estimator and a Model take them; the role by its name, which the SDK looks up.
common = {"role": "trainer", "sagemaker_session": session}
# As jobs take them, and deployments.
one = {"instance_count": 1, "instance_type": "ml.m5.large"}
hosted = {"initial_instance_count": 1, "instance_type": "ml.m5.large"}
# As Estimator.deploy and Predictor take them.
speaking_json = {"serializer": JSONSerializer(), "deserializer": JSONDeserializer()}


def estimator(**given):
    """An estimator of the stub's image."""
    return Estimator(image_uri="stub", output_path=f"s3://{bucket}/out", **{**one, **common, **given})


def model(name, answer="42"):
    """A model of the stub's image that gives that answer."""
    return Model(image_uri="stub", model_data=model_data(name, answer), name=name, **common)
