# Processor with the image's own program, and ScriptProcessor with a script of the user's.
import json

from aws_fixtures import bucket, get, put
from sagemaker.core.processing import Processor, ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from v3_common import session

common = {"role": "trainer", "instance_count": 1, "instance_type": "ml.m5.large", "sagemaker_session": session}


def given(uri, path):
    source = ProcessingS3Input(s3_uri=uri, local_path=path, s3_data_type="S3Prefix", s3_input_mode="File")
    return ProcessingInput(input_name="pictures", s3_input=source)


def result(path, name):
    to = ProcessingS3Output(s3_uri=f"s3://{bucket}/{name}", local_path=path, s3_upload_mode="EndOfJob")
    return ProcessingOutput(output_name="result", s3_output=to)


put("processing/in/a.txt")
processor = Processor(image_uri="stub", env={"EXTRA": "yes"}, **common)
processor.run(
    inputs=[given(f"s3://{bucket}/processing/in", "/opt/ml/processing/input/pictures")],
    outputs=[result("/opt/ml/processing/output/result", "processing/out")],
    job_name="processing",
)
told = json.loads(get(f"s3://{bucket}/processing/out/deep/algo-1.json"))
assert told["names"] == ["a.txt"] and told["extra"] == "yes", told

with open("process.py", "w") as file:
    file.write("import os, sys\nopen(os.path.join(sys.argv[1], 'said.txt'), 'w').write(sys.argv[2])\n")
framework = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0.0-cpu-py310"
folder = "/opt/ml/processing/output"
ScriptProcessor(image_uri=framework, command=["python3"], **common).run(
    code="process.py", outputs=[result(folder, "script")], arguments=[folder, "hello"]
)
assert get(f"s3://{bucket}/script/said.txt") == "hello"
