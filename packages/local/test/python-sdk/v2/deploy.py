# Estimator.deploy, predict, an update to another model, deletion.
from aws_fixtures import put
from v2_common import estimator, hosted, model, session, speaking_json

train = estimator(hyperparameters={"answer": "first"})
train.fit({"train": put("deploy/a.txt")}, job_name="deploy", logs=False)
predictor = train.deploy(endpoint_name="deploy", **hosted, **speaking_json)
assert predictor.predict({"any": 1})["answer"] == "first"

second = model("deploy-second", "second")
second.create(instance_type="ml.m5.large")
predictor.update_endpoint(model_name=second.name, initial_instance_count=2, instance_type="ml.m5.large")
assert predictor.predict({})["answer"] == "second"
variants = session.sagemaker_client.describe_endpoint(EndpointName="deploy")["ProductionVariants"]
assert [each["CurrentInstanceCount"] for each in variants] == [2], variants
predictor.delete_model()
predictor.delete_endpoint(delete_endpoint_config=True)
session.sagemaker_client.get_waiter("endpoint_deleted").wait(EndpointName="deploy")
