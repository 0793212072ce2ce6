# An asynchronous endpoint: an object in, an object out.
import json

from aws_fixtures import bucket, get, put, s3
from sagemaker.core.shapes import AsyncInferenceConfig, AsyncInferenceOutputConfig
from v3_common import endpoint, model, variant

model("asynchronous", "later")
to = AsyncInferenceOutputConfig(s3_output_path=f"s3://{bucket}/async/out")
made = endpoint("asynchronous", [variant("asynchronous")], async_inference_config=AsyncInferenceConfig(output_config=to))
answered = made.invoke_async(input_location=put("async/in.json", b"{}"), content_type="application/json")
key = answered.output_location.removeprefix(f"s3://{bucket}/")
s3.get_waiter("object_exists").wait(Bucket=bucket, Key=key)
assert json.loads(get(answered.output_location))["answer"] == "later"
