# What the scripts of the SDK 3 share: a session with a bucket, the stub's trainer, model and endpoint.
import json

from aws_fixtures import ROLE, bucket, model_data
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import ContainerDefinition, ProductionVariant
from sagemaker.core.training.configs import Compute, OutputDataConfig
from sagemaker.serve import ModelBuilder, ModelServer
from sagemaker.train import ModelTrainer

session = Session(default_bucket=bucket)
one = Compute(instance_type="ml.m5.large", instance_count=1)


def trainer(name, image="stub", compute=one, **given):
    """A trainer of the stub's image; its role is validated."""
    return ModelTrainer(
        training_image=image,
        role="trainer",
        sagemaker_session=session,
        compute=compute,
        base_job_name=name,
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/out"),
        **given,
    )


def model(name, answer="42"):
    """A model of the stub's image that gives that answer."""
    container = ContainerDefinition(image="stub", model_data_url=model_data(name, answer))
    return Model.create(model_name=name, primary_container=container, execution_role_arn=ROLE)


def builder(name, answer):
    """A builder of such a model, which has been built."""
    made = ModelBuilder(
        image_uri="stub",
        s3_model_data_url=model_data(name, answer),
        model_server=ModelServer.MMS,
        role_arn=ROLE,
        sagemaker_session=session,
        instance_type="ml.m5.large",
    )
    made.build(model_name=name)
    return made


def variant(name, **given):
    """One instance of the model of that name."""
    one = {"instance_type": "ml.m5.large", "initial_instance_count": 1}
    return ProductionVariant(variant_name=name, model_name=name, **{**one, **given})


def endpoint(name, variants, **given):
    """An endpoint in service, with a configuration of its name."""
    EndpointConfig.create(endpoint_config_name=name, production_variants=variants, **given)
    made = Endpoint.create(endpoint_name=name, endpoint_config_name=name)
    made.wait_for_status("InService")
    return made


def ask(of, **given):
    """What an endpoint answers."""
    answered = of.invoke(body=b"{}", content_type="application/json", **given)
    return json.loads(answered.body.read())["answer"]
