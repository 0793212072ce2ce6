# ModelBuilder with a serverless endpoint.
from sagemaker.core.inference_config import ServerlessInferenceConfig
from v3_common import ask, builder

config = ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=2)
made = builder("serverless", "cold").deploy(endpoint_name="serverless", inference_config=config)
assert ask(made) == "cold"
