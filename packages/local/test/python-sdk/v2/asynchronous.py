# An asynchronous endpoint: an object in, an object out.
from aws_fixtures import bucket, put
from sagemaker.async_inference import AsyncInferenceConfig, WaiterConfig
from sagemaker.predictor import Predictor
from sagemaker.predictor_async import AsyncPredictor
from v2_common import hosted, model, session, speaking_json

config = AsyncInferenceConfig(output_path=f"s3://{bucket}/async/out", failure_path=f"s3://{bucket}/async/failed")
model("asynchronous", "later").deploy(endpoint_name="asynchronous", async_inference_config=config, **hosted)
predictor = AsyncPredictor(Predictor("asynchronous", session, **speaking_json), name="asynchronous")
response = predictor.predict_async(input_path=put("async/in.json", b"{}"))
assert response.get_result(WaiterConfig(delay=1))["answer"] == "later"
assert predictor.predict({"any": 1})["answer"] == "later"
predictor.delete_endpoint()
