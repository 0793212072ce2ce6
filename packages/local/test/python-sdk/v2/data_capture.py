# Data capture: what is asked and answered lies in S3; switched off and on again.
import json
import time

from aws_fixtures import bucket
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.predictor import Predictor
from sagemaker.s3 import S3Downloader
from v2_common import hosted, model, session, speaking_json

to = f"s3://{bucket}/capture"
config = DataCaptureConfig(
    enable_capture=True, sampling_percentage=100, destination_s3_uri=to, sagemaker_session=session
)
model("data-capture", "seen").deploy(endpoint_name="data-capture", data_capture_config=config, **hosted)
predictor = Predictor("data-capture", session, **speaking_json)
predictor.predict({"question": 1})
while not (found := S3Downloader.list(to, sagemaker_session=session)):
    time.sleep(0.1)
line = json.loads(S3Downloader.read_file(found[0], sagemaker_session=session).splitlines()[0])
assert json.loads(line["captureData"]["endpointInput"]["data"]) == {"question": 1}, line
assert "seen" in line["captureData"]["endpointOutput"]["data"], line
predictor.disable_data_capture()
predictor.enable_data_capture()
told = session.sagemaker_client.describe_endpoint(EndpointName="data-capture")
assert told["DataCaptureConfig"]["EnableCapture"] is True, told
predictor.delete_endpoint()
