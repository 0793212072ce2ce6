# The SageMaker Python SDK 2, unmodified, with scripts of its user's: an estimator and both processors.
import os
import sys

import boto3
import sagemaker
from sagemaker.processing import ProcessingOutput, ScriptProcessor
from sagemaker.pytorch import PyTorch
from sagemaker.pytorch.processing import PyTorchProcessor

bucket = "python-sdk"
s3 = boto3.client("s3")
s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="in/a.txt", Body=b"a")

os.makedirs("src")
with open("src/train.py", "w") as file:
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
with open("src/process.py", "w") as file:
    file.write("import os, sys\nopen(os.path.join(sys.argv[1], 'said.txt'), 'w').write(sys.argv[2])\n")

folder = "/opt/ml/processing/output"
common = {
    "role": "arn:aws:iam::000000000000:role/r",
    "instance_count": 1,
    "instance_type": "ml.m5.large",
    "sagemaker_session": sagemaker.Session(default_bucket=bucket),
}
version = {"framework_version": "2.1", "py_version": "py310"}
estimator = PyTorch(
    entry_point="train.py",
    source_dir="src",
    hyperparameters={"epochs": 3, "rate": 0.5},
    output_path=f"s3://{bucket}/out",
    **version,
    **common,
)
estimator.fit({"train": f"s3://{bucket}/in/"}, logs=False)
assert estimator.model_data.startswith(f"s3://{bucket}/out/"), estimator.model_data


def said(processor, name, **code):
    output = ProcessingOutput(source=folder, destination=f"s3://{bucket}/{name}", output_name="out")
    processor.run(outputs=[output], arguments=[folder, name], logs=False, **code)
    return s3.get_object(Bucket=bucket, Key=f"{name}/said.txt")["Body"].read().decode()


plain = ScriptProcessor(image_uri=estimator.training_image_uri(), command=["python3"], **common)
assert said(plain, "script", code="src/process.py") == "script"
assert said(PyTorchProcessor(**version, **common), "framework", code="process.py", source_dir="src") == "framework"
print(sys.version_info.major, "all done")
