# What the scripts of both SDKs share: a bucket, a role, objects.
import io
import json
import os
import tarfile

import boto3

bucket = "python-sdk"
ROLE = "arn:aws:iam::000000000000:role/trainer"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}

# As both tuners take it.
TUNING = {
    "metric_definitions": [{"Name": "objective", "Regex": r"objective=(\S+);"}],
    "strategy": "Random",
    "max_jobs": 4,
    "max_parallel_jobs": 2,
    "random_seed": 7,
}

s3, iam = boto3.client("s3"), boto3.client("iam")
s3.create_bucket(Bucket=bucket)
iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=json.dumps(TRUST))
# Processes that are forked from this one must not share its connections.
s3.close()
iam.close()


def put(key, body=b"a"):
    """URI of an object with that body."""
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return f"s3://{bucket}/{key}"


def get(uri):
    """Text of an object."""
    of, key = uri.removeprefix("s3://").split("/", 1)
    return s3.get_object(Bucket=of, Key=key)["Body"].read().decode()


def archive(files):
    """Bytes of a .tar.gz with those texts."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def model_data(name, answer):
    """URI of a model of the stub's, which gives that answer."""
    return put(f"models/{name}.tar.gz", archive({"deep/answer.txt": answer}))


def train_script(folder):
    """Writes train.py, a script that trains: it wants hyperparameters, a channel and a place for the model."""
    os.makedirs(folder)
    with open(os.path.join(folder, "train.py"), "w") as file:
        file.write(
            """
import argparse, os
p = argparse.ArgumentParser()
p.add_argument("--epochs", type=int)
p.add_argument("--rate", type=float)
a = p.parse_args()
assert os.listdir(os.environ["SM_CHANNEL_TRAIN"]) == ["a.txt"]
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").write(str(a.epochs * a.rate))
"""
        )
