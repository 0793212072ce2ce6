# Roles: found by name; one that SageMaker may not take refused.
import json

import boto3
from aws_fixtures import ROLE, TRUST, put
from botocore.exceptions import ClientError
from v2_common import estimator, session

assert session.expand_role("trainer") == ROLE
trust = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"Service": "lambda.amazonaws.com"}}]}
boto3.client("iam").create_role(RoleName="another", AssumeRolePolicyDocument=json.dumps(trust))
try:
    estimator(role="another").fit({"train": put("roles/a.txt")}, wait=False)
    raise AssertionError("a role that trusts another service was taken")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ValidationException", error
