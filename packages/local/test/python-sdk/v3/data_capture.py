# Data capture: what is asked and answered lies in S3.
import json
import time

from aws_fixtures import bucket, get, s3
from sagemaker.core.shapes import CaptureContentTypeHeader, CaptureOption, DataCaptureConfig
from v3_common import ask, endpoint, model, variant

model("data-capture", "seen")
config = DataCaptureConfig(
    enable_capture=True,
    initial_sampling_percentage=100,
    destination_s3_uri=f"s3://{bucket}/capture",
    capture_options=[CaptureOption(capture_mode="Input"), CaptureOption(capture_mode="Output")],
    capture_content_type_header=CaptureContentTypeHeader(json_content_types=["application/json"]),
)
made = endpoint("data-capture", [variant("data-capture")], data_capture_config=config)
ask(made)
while not (found := s3.list_objects_v2(Bucket=bucket, Prefix="capture/").get("Contents")):
    time.sleep(0.1)
line = json.loads(get(f"s3://{bucket}/{found[0]['Key']}").splitlines()[0])
assert line["captureData"]["endpointInput"]["data"] == "{}", line
assert "seen" in line["captureData"]["endpointOutput"]["data"], line
