# The SDK's validation of roles, which is on: a role found by its name is taken, one that trusts another service is not.
import json

import boto3
from aws_fixtures import ROLE, TRUST
from sagemaker.core.helper.iam_role_resolver import RoleValidationError, resolve_and_validate_role
from v3_common import session

assert resolve_and_validate_role("trainer", "training", session) == ROLE
trust = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"Service": "lambda.amazonaws.com"}}]}
boto3.client("iam").create_role(RoleName="another", AssumeRolePolicyDocument=json.dumps(trust))
try:
    resolve_and_validate_role("another", "training", session)
    raise AssertionError("a role that trusts another service was taken")
except RoleValidationError:
    pass
