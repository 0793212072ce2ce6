# Two variants with weights, one asked by its name; a shadow behind the other.
from sagemaker.predictor import Predictor
from sagemaker.session import production_variant
from v2_common import model, session, speaking_json

names = []
for letter in "ab":
    each = model(f"variant-{letter}", letter)
    each.create(instance_type="ml.m5.large")
    names.append(each.name)
a, b = (
    production_variant(name, "ml.m5.large", 1, variant_name=name, initial_weight=weight)
    for name, weight in zip(names, (1, 0), strict=True)
)
session.endpoint_from_production_variants("variants", [a, b])
predictor = Predictor("variants", session, **speaking_json)
assert [predictor.predict({})["answer"] for _ in range(3)] == ["a"] * 3
assert predictor.predict({}, target_variant="variant-b")["answer"] == "b"
client = session.sagemaker_client
client.update_endpoint_weights_and_capacities(
    EndpointName="variants",
    DesiredWeightsAndCapacities=[
        {"VariantName": "variant-a", "DesiredWeight": 0},
        {"VariantName": "variant-b", "DesiredWeight": 1},
    ],
)
client.get_waiter("endpoint_in_service").wait(EndpointName="variants")
assert predictor.predict({})["answer"] == "b"

client.create_endpoint_config(EndpointConfigName="shadowed", ProductionVariants=[a], ShadowProductionVariants=[b])
session.create_endpoint("shadowed", "shadowed")
assert Predictor("shadowed", session, **speaking_json).predict({})["answer"] == "a"
told = client.describe_endpoint(EndpointName="shadowed")
assert [each["VariantName"] for each in told["ShadowProductionVariants"]] == ["variant-b"], told
