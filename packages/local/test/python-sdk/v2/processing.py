# Processor with the image's own program, inputs and outputs.
import json

from aws_fixtures import bucket, get, put
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from v2_common import common, one

put("processing/in/a.txt")
processor = Processor(image_uri="stub", env={"EXTRA": "yes"}, **one, **common)
source = ProcessingInput(
    source=f"s3://{bucket}/processing/in", destination="/opt/ml/processing/input/pictures", input_name="pictures"
)
result = ProcessingOutput(
    source="/opt/ml/processing/output/result", destination=f"s3://{bucket}/processing/out", output_name="result"
)
processor.run(inputs=[source], outputs=[result], job_name="processing", logs=True)
told = json.loads(get(f"s3://{bucket}/processing/out/deep/algo-1.json"))
assert told["names"] == ["a.txt"] and told["extra"] == "yes", told
assert processor.jobs[-1].describe()["ExitMessage"] == "1 files"
