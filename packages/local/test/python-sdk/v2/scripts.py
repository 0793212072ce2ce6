# Scripts of the user's: an estimator and both processors of a framework.
from aws_fixtures import bucket, get, put, train_script
from sagemaker.processing import ProcessingOutput, ScriptProcessor
from sagemaker.pytorch import PyTorch
from sagemaker.pytorch.processing import PyTorchProcessor
from v2_common import common, one

put("scripts/in/a.txt")
train_script("src")
with open("src/process.py", "w") as file:
    file.write("import os, sys\nopen(os.path.join(sys.argv[1], 'said.txt'), 'w').write(sys.argv[2])\n")

version = {"framework_version": "2.1", "py_version": "py310"}
train = PyTorch(
    entry_point="train.py",
    source_dir="src",
    hyperparameters={"epochs": 3, "rate": 0.5},
    output_path=f"s3://{bucket}/out",
    **version,
    **one,
    **common,
)
train.fit({"train": f"s3://{bucket}/scripts/in/"}, logs=False)
assert train.model_data.startswith(f"s3://{bucket}/out/"), train.model_data
folder = "/opt/ml/processing/output"


def said(processor, name, **code):
    output = ProcessingOutput(source=folder, destination=f"s3://{bucket}/{name}", output_name="out")
    processor.run(outputs=[output], arguments=[folder, name], logs=False, **code)
    return get(f"s3://{bucket}/{name}/said.txt")


plain = ScriptProcessor(image_uri=train.training_image_uri(), command=["python3"], **one, **common)
assert said(plain, "script", code="src/process.py") == "script"
framework = PyTorchProcessor(**version, **one, **common)
assert said(framework, "framework", code="process.py", source_dir="src") == "framework"
