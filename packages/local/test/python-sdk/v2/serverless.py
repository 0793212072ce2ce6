# A serverless endpoint.
from sagemaker.predictor import Predictor
from sagemaker.serverless import ServerlessInferenceConfig
from v2_common import model, session, speaking_json

config = ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=2)
model("serverless", "cold").deploy(endpoint_name="serverless", serverless_inference_config=config)
predictor = Predictor("serverless", session, **speaking_json)
assert predictor.predict({})["answer"] == "cold"
predictor.delete_endpoint()
