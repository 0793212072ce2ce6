# The model registry: a package is registered, approved and deployed.
from aws_fixtures import ROLE
from sagemaker.core.resources import Model, ModelPackage
from sagemaker.core.shapes import ContainerDefinition
from v3_common import ask, builder, endpoint, session, variant

arn = builder("registry", "approved").register(
    model_package_group_name="detectors",
    content_types=["application/json"],
    response_types=["application/json"],
    inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"],
    approval_status="PendingManualApproval",
)
# ModelPackage.update of 3.27 asks for the package by its group's name.
session.sagemaker_client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
package = ModelPackage.get(arn)
assert package.model_approval_status == "Approved", package
packaged = ContainerDefinition(model_package_name=arn)
Model.create(model_name="approved", primary_container=packaged, execution_role_arn=ROLE)
assert ask(endpoint("approved", [variant("approved")])) == "approved"
