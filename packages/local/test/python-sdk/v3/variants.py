# Two variants with weights, one asked by its name; a shadow behind the other.
from sagemaker.core.shapes import DesiredWeightAndCapacity
from v3_common import ask, endpoint, model, variant

for letter in "ab":
    model(f"variant-{letter}", letter)
# The SDK leaves zeros out of requests.
LEAST = 1e-9
a = variant("variant-a", initial_variant_weight=1)
b = variant("variant-b", initial_variant_weight=LEAST)
made = endpoint("variants", [a, b])
assert [ask(made) for _ in range(3)] == ["a"] * 3
assert ask(made, target_variant="variant-b") == "b"
made.update_weights_and_capacities(
    desired_weights_and_capacities=[
        DesiredWeightAndCapacity(variant_name="variant-a", desired_weight=LEAST),
        DesiredWeightAndCapacity(variant_name="variant-b", desired_weight=1),
    ]
)
made.wait_for_status("InService")
assert ask(made) == "b"

shadowed = endpoint("shadowed", [a], shadow_production_variants=[b])
assert ask(shadowed) == "a"
assert [each.variant_name for each in shadowed.shadow_production_variants] == ["variant-b"], shadowed
