# Many models behind one endpoint.
from aws_fixtures import ROLE, archive, bucket, put
from sagemaker.core.resources import Model
from sagemaker.core.shapes import ContainerDefinition
from v3_common import ask, endpoint, variant

for name in "ab":
    put(f"multi/{name}.tar.gz", archive({"deep/answer.txt": name}))
container = ContainerDefinition(image="stub", mode="MultiModel", model_data_url=f"s3://{bucket}/multi/")
Model.create(model_name="multi", primary_container=container, execution_role_arn=ROLE)
made = endpoint("multi", [variant("multi")])
assert [ask(made, target_model=f"{name}.tar.gz") for name in "ab"] == ["a", "b"]
