# The model registry: a package is registered, approved and deployed.
from sagemaker import ModelPackage
from sagemaker.predictor import Predictor
from v2_common import common, hosted, model, session, speaking_json

package = model("registry", "approved").register(
    content_types=["application/json"],
    response_types=["application/json"],
    inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"],
    model_package_group_name="detectors",
    approval_status="PendingManualApproval",
    description="first",
)
arn = package.model_package_arn
package.update_approval_status("Approved", approval_description="looked at")
told = session.sagemaker_client.describe_model_package(ModelPackageName=arn)
assert told["ModelApprovalStatus"] == "Approved" and told["ApprovalDescription"] == "looked at", told
ModelPackage(model_package_arn=arn, **common).deploy(endpoint_name="registry", **hosted)
assert Predictor("registry", session, **speaking_json).predict({})["answer"] == "approved"
