"""Calls that a data scientist makes with boto3, against whatever AWS_ENDPOINT_URL names."""

import io
import json
import os
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

folder = sys.argv[1]
s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
scaling = boto3.client("application-autoscaling")
logs = boto3.client("logs")
ROLE = "arn:aws:iam::000000000000:role/test"


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error
    raise AssertionError(f"{call} was not refused")


assert boto3.client("sts").get_caller_identity()["Account"] == "000000000000"

# S3: small, streamed, multipart with checksums, ranges, resources, presigned
s3.create_bucket(Bucket="boto-bucket")
s3.put_object(Bucket="boto-bucket", Key="a b/ü.txt", Body=b"small", Metadata={"k": "v"})
got = s3.get_object(Bucket="boto-bucket", Key="a b/ü.txt", ChecksumMode="ENABLED")
assert got["Body"].read() == b"small" and got["Metadata"] == {"k": "v"} and got["ChecksumCRC32"]
large = os.urandom(1 << 20) * 21
s3.upload_fileobj(io.BytesIO(large), "boto-bucket", "large")
back = io.BytesIO()
s3.download_fileobj("boto-bucket", "large", back)
assert back.getvalue() == large
assert s3.get_object(Bucket="boto-bucket", Key="large", Range="bytes=-3")["Body"].read() == large[-3:]
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="boto-bucket", PaginationConfig={"PageSize": 1})
assert [item["Key"] for page in pages for item in page["Contents"]] == ["a b/ü.txt", "large"]
url = s3.generate_presigned_url("get_object", {"Bucket": "boto-bucket", "Key": "a b/ü.txt"})
assert urllib.request.urlopen(url).read() == b"small"
refused("NoSuchKey", s3.get_object, Bucket="boto-bucket", Key="no")
bucket = boto3.resource("s3").Bucket("boto-bucket")
assert [item.key for item in bucket.objects.filter(Prefix="a")] == ["a b/ü.txt"]

# Training
sagemaker.create_training_job(
    TrainingJobName="boto",
    RoleArn=ROLE,
    AlgorithmSpecification={"TrainingImage": "stub", "TrainingInputMode": "File"},
    InputDataConfig=[
        {
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://boto-bucket/a b/"}},
        }
    ],
    OutputDataConfig={"S3OutputPath": "s3://boto-bucket/out"},
    ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 60},
    HyperParameters={"epochs": "2", "answer": "boto"},
)
sagemaker.get_waiter("training_job_completed_or_stopped").wait(
    TrainingJobName="boto", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
)
job = sagemaker.describe_training_job(TrainingJobName="boto")
assert job["TrainingJobStatus"] == "Completed" and job["TrainingEndTime"] >= job["TrainingStartTime"]
stream = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="boto/")
events = logs.get_log_events(
    logGroupName="/aws/sagemaker/TrainingJobs",
    logStreamName=stream["logStreams"][0]["logStreamName"],
    startFromHead=True,
)
assert "Train-accuracy" in events["events"][1]["message"]
refused("ValidationException", sagemaker.describe_training_job, TrainingJobName="nobody")

# Hosting
sagemaker.create_model(
    ModelName="boto",
    ExecutionRoleArn=ROLE,
    PrimaryContainer={"Image": "stub", "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]},
)
sagemaker.create_endpoint_config(
    EndpointConfigName="boto",
    ProductionVariants=[
        {"VariantName": "all", "ModelName": "boto", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    ],
)
sagemaker.create_endpoint(EndpointName="boto", EndpointConfigName="boto")
sagemaker.get_waiter("endpoint_in_service").wait(
    EndpointName="boto", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
)
answer = runtime.invoke_endpoint(EndpointName="boto", Body=b"hello", ContentType="text/plain")
assert json.load(answer["Body"])["answer"] == "boto" and answer["InvokedProductionVariant"] == "all"
error = refused(
    "ModelError",
    runtime.invoke_endpoint,
    EndpointName="boto",
    Body=json.dumps({"status": 400}),
    ContentType="application/x-command",
)
assert error.response["OriginalStatusCode"] == 400
stream = runtime.invoke_endpoint_with_response_stream(
    EndpointName="boto", Body=json.dumps({"pieces": ["a", "b"], "pause": 20}), ContentType="application/x-command"
)
assert b"".join(event["PayloadPart"]["Bytes"] for event in stream["Body"]) == b"ab"
assert [one["EndpointName"] for one in sagemaker.list_endpoints(StatusEquals="InService")["Endpoints"]] == ["boto"]

# Autoscaling
target = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/boto/variant/all",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
scaling.put_scaling_policy(
    **target,
    PolicyName="busy",
    PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 100.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    },
)
assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"][0]["PolicyName"] == "busy"
scaling.deregister_scalable_target(**target)

# Asynchronous inference
sagemaker.create_endpoint_config(
    EndpointConfigName="boto-async",
    ProductionVariants=[
        {"VariantName": "all", "ModelName": "boto", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    ],
    AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://boto-bucket/async/"}},
)
sagemaker.create_endpoint(EndpointName="boto-async", EndpointConfigName="boto-async")
sagemaker.get_waiter("endpoint_in_service").wait(
    EndpointName="boto-async", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
)
accepted = runtime.invoke_endpoint_async(EndpointName="boto-async", InputLocation="s3://boto-bucket/a b/ü.txt")
key = accepted["OutputLocation"].replace("s3://boto-bucket/", "")
for _ in range(100):
    try:
        output = s3.get_object(Bucket="boto-bucket", Key=key)["Body"].read()
        break
    except s3.exceptions.NoSuchKey:
        time.sleep(0.1)
assert json.loads(output)["bytes"] == 5

# What an unknown operation looks like
refused("NotImplementedException", sagemaker.list_labeling_jobs)
refused("NotImplemented", s3.get_bucket_policy, Bucket="boto-bucket")

# Away with it
for name in ("boto", "boto-async"):
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
sagemaker.delete_model(ModelName="boto")
bucket.objects.all().delete()
bucket.delete()
assert s3.list_buckets()["Buckets"] == [one for one in s3.list_buckets()["Buckets"] if one["Name"] != "boto-bucket"]
print("all calls answered")
