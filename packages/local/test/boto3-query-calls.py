"""Calls of services that speak Query, by boto3 alone; CloudWatch as boto3 before 1.43 called it."""

import datetime
import json

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

QUIET = Config(retries={"max_attempts": 0})


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, (error, error.response)
        return error
    raise AssertionError(f"{call} was not refused")


# Services that this server does not have: each client can read that, in its own form.
for service, operation in {
    "sns": "list_topics",
    "ses": "list_identities",
    "cloudformation": "list_stacks",
    "ec2": "describe_instances",
    "sqs": "list_queues",
    "dynamodb": "list_tables",
    "lambda": "list_functions",
    "route53": "list_hosted_zones",
    "apigateway": "get_rest_apis",
}.items():
    client = boto3.client(service, config=QUIET)
    error = refused("NotImplementedException", getattr(client, operation))
    assert f'"{client.meta.service_model.signing_name}"' in str(error), error

# Wrong keys have the names that each client knows.
for service, operation, code in (
    ("sts", "get_caller_identity", "InvalidClientTokenId"),
    ("iam", "list_roles", "InvalidClientTokenId"),
    ("sagemaker", "list_endpoints", "UnrecognizedClientException"),
    ("cloudwatch", "list_metrics", "UnrecognizedClientException"),
    ("ec2", "describe_instances", "InvalidClientTokenId"),
    ("s3", "list_buckets", "InvalidAccessKeyId"),
):
    client = boto3.client(service, aws_access_key_id="nobody", aws_secret_access_key="nothing", config=QUIET)
    refused(code, getattr(client, operation))
key = boto3.Session().get_credentials().access_key
wrong_secret = boto3.client("sts", aws_access_key_id=key, aws_secret_access_key="wrong", config=QUIET)
refused("SignatureDoesNotMatch", wrong_secret.get_caller_identity)
refused("NotImplementedException", boto3.client("sts", config=QUIET).get_federation_token, Name="ada")

# IAM and STS, which speak nothing else.
iam = boto3.client("iam", config=QUIET)
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="query", AssumeRolePolicyDocument=json.dumps(trust), Path="/team/")["Role"]
assert role["Arn"] == "arn:aws:iam::000000000000:role/team/query", role
assert iam.get_role(RoleName="query")["Role"]["AssumeRolePolicyDocument"] == trust
assert [one["RoleName"] for one in iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1}).search("Roles")] == [
    "sightline-local",
    "query",
]
iam.put_role_policy(RoleName="query", PolicyName="own", PolicyDocument=json.dumps(trust))
assert iam.get_role_policy(RoleName="query", PolicyName="own")["PolicyDocument"] == trust
refused("DeleteConflict", iam.delete_role, RoleName="query")
refused("NoSuchEntity", iam.get_role, RoleName="nobody")
refused("AccessDenied", iam.simulate_principal_policy, PolicySourceArn=role["Arn"], ActionNames=["s3:GetObject"])
keys = boto3.client("sts", config=QUIET).assume_role(RoleArn=role["Arn"], RoleSessionName="ada")["Credentials"]
assumed = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
assert assumed.client("sts").get_caller_identity()["Arn"].endswith(":assumed-role/query/ada")
assert assumed.client("s3").list_buckets()["Buckets"] == []
stale = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], "another")
refused("InvalidClientTokenId", stale.client("sts", config=QUIET).get_caller_identity)
refused("InvalidToken", stale.client("s3", config=QUIET).list_buckets)

# CloudWatch by Query.
session = botocore.session.get_session()
loader = session.get_component("data_loader")
load = loader.load_service_model


def load_query(service, kind, api_version=None):
    model = load(service, kind, api_version)
    if service != "cloudwatch" or kind != "service-2":
        return model
    metadata = {key: value for key, value in model["metadata"].items() if key != "awsQueryCompatible"}
    return {**model, "metadata": {**metadata, "protocol": "query", "protocols": ["query"]}}


loader.load_service_model = load_query
cloudwatch = boto3.Session(botocore_session=session).client("cloudwatch", config=QUIET)
assert cloudwatch.meta.service_model.resolved_protocol == "query"
now = datetime.datetime.now(datetime.timezone.utc)
span = {"StartTime": now - datetime.timedelta(minutes=10), "EndTime": now + datetime.timedelta(minutes=1)}
dimensions = [{"Name": "job", "Value": "a & b"}]
metric = {"Namespace": "own", "MetricName": "loss", "Dimensions": dimensions}
cloudwatch.put_metric_data(
    Namespace="own",
    MetricData=[
        {"MetricName": "loss", "Dimensions": dimensions, "Value": 0.5, "Unit": "Percent"},
        {"MetricName": "loss", "Dimensions": dimensions, "Values": [1.5, 2.5], "Counts": [1, 2], "Unit": "Percent"},
    ],
)
[point] = cloudwatch.get_metric_statistics(
    **metric, **span, Period=3600, Statistics=["Sum", "SampleCount"], ExtendedStatistics=["p50"]
)["Datapoints"]
assert point["Sum"] == 7 and point["SampleCount"] == 4 and point["Unit"] == "Percent", point
assert point["ExtendedStatistics"] == {"p50": 1.5} and point["Timestamp"] <= now, point
[result] = cloudwatch.get_metric_data(
    **span,
    MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Average"}}],
)["MetricDataResults"]
assert result["Values"] == [1.75], result
assert cloudwatch.list_metrics(Namespace="own")["Metrics"] == [metric]
cloudwatch.put_metric_alarm(
    AlarmName="high",
    **metric,
    Statistic="Average",
    Period=60,
    EvaluationPeriods=1,
    Threshold=1.0,
    ComparisonOperator="GreaterThanThreshold",
    OKActions=["arn:aws:sns:us-east-1:000000000000:fine"],
    ActionsEnabled=False,
)
[alarm] = cloudwatch.describe_alarms(AlarmNames=["high"])["MetricAlarms"]
assert alarm["Dimensions"] == dimensions and alarm["ActionsEnabled"] is False, alarm
assert alarm["OKActions"] == ["arn:aws:sns:us-east-1:000000000000:fine"], alarm
cloudwatch.delete_alarms(AlarmNames=["high"])
refused("ResourceNotFound", cloudwatch.delete_alarms, AlarmNames=["high"])
refused("ValidationError", cloudwatch.put_metric_data, Namespace=":AWS", MetricData=[])
print("all calls answered")
