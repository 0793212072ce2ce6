# ModelBuilder: a model behind an endpoint, an update to another one, deletion.
from sagemaker.core.resources import EndpointConfig
from v3_common import ask, builder, model, variant

endpoint = builder("deploy-first", "first").deploy(endpoint_name="deploy", initial_instance_count=1)
assert ask(endpoint) == "first"
model("deploy-second", "second")
EndpointConfig.create(endpoint_config_name="deploy-second", production_variants=[variant("deploy-second")])
endpoint.endpoint_config_name = "deploy-second"
endpoint.update()
endpoint.wait_for_status("InService")
assert ask(endpoint) == "second"
endpoint.delete()
endpoint.wait_for_delete()
