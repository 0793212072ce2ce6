# What local does not do is refused by its name, at once.
from aws_fixtures import ROLE, TUNING, bucket
from botocore.exceptions import ClientError
from sagemaker.compute_resource_requirements import ResourceRequirements
from sagemaker.enums import EndpointType
from sagemaker.estimator import Estimator
from sagemaker.experiments.experiment import Experiment
from sagemaker.feature_store.feature_definition import FeatureDefinition, FeatureTypeEnum
from sagemaker.feature_store.feature_group import FeatureGroup
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner
from v2_common import common, hosted, model, one, session


def refused(what, call):
    try:
        call()
    except ClientError as error:
        message = error.response["Error"]["Message"]
        assert "does not implement" in message and what in message, message
        return
    raise AssertionError(f"{what} was taken")


# The SDK's own Pipeline wants pytz, which 2.257 does not bring.
pipeline = {"PipelineName": "p", "PipelineDefinition": "{}", "ClientRequestToken": "t" * 32, "RoleArn": ROLE}
refused("CreatePipeline", lambda: session.sagemaker_client.create_pipeline(**pipeline))
refused("CreateExperiment", lambda: Experiment.create(experiment_name="e", sagemaker_session=session))
definitions = [FeatureDefinition("id", FeatureTypeEnum.STRING)]
features = FeatureGroup("f", sagemaker_session=session, feature_definitions=definitions)
refused("CreateFeatureGroup", lambda: features.create(f"s3://{bucket}/f", "id", "time", ROLE))
compiled = {"target_instance_family": "ml_c5", "input_shape": {"data": [1, 3, 8, 8]}, "framework": "mxnet"}
refused(
    "CreateCompilationJob",
    lambda: model("compiled").compile(
        output_path=f"s3://{bucket}/c", role="trainer", job_name="c", framework_version="1.7", **compiled
    ),
)
train = Estimator(image_uri="tune", output_path=f"s3://{bucket}/out", **one, **common)
bayesian = {**TUNING, "strategy": "Bayesian"}
tuner = HyperparameterTuner(train, "objective", {"learning_rate": ContinuousParameter(0.1, 1)}, **bayesian)
refused("Bayesian", lambda: tuner.fit(include_cls_metadata=False))
refused(
    "inference components",
    lambda: model("component").deploy(
        endpoint_type=EndpointType.INFERENCE_COMPONENT_BASED,
        resources=ResourceRequirements(requests={"num_cpus": 1, "memory": 512, "copies": 1}),
        **hosted,
    ),
)
