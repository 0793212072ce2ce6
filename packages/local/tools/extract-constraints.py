#!/usr/bin/env python3
"""Writes src/wire/constraints.json: the input shapes (required members, types,
lengths, ranges, patterns, enums) of the operations that the server implements, and the
names of all operations, taken from botocore's service models (Apache-2.0).

    python3 tools/extract-constraints.py && npx biome format --write src/wire/constraints.json
"""

import json
import pathlib

import botocore.session

SERVICES = {
    "sagemaker": """
        CreateTrainingJob DescribeTrainingJob ListTrainingJobs StopTrainingJob DeleteTrainingJob
        CreateModel DescribeModel ListModels DeleteModel
        CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig
        CreateEndpoint DescribeEndpoint ListEndpoints UpdateEndpoint DeleteEndpoint
        UpdateEndpointWeightsAndCapacities AddTags ListTags DeleteTags
        CreateProcessingJob DescribeProcessingJob ListProcessingJobs StopProcessingJob DeleteProcessingJob
        CreateTransformJob DescribeTransformJob ListTransformJobs StopTransformJob""",
    "application-autoscaling": """
        RegisterScalableTarget DescribeScalableTargets DeregisterScalableTarget
        PutScalingPolicy DescribeScalingPolicies DeleteScalingPolicy DescribeScalingActivities""",
    "logs": """
        DescribeLogGroups DescribeLogStreams GetLogEvents FilterLogEvents DeleteLogGroup""",
    "cloudwatch": """
        PutMetricAlarm DescribeAlarms DeleteAlarms DescribeAlarmsForMetric
        PutMetricData GetMetricStatistics GetMetricData ListMetrics""",
}
KEEP = ("min", "max", "pattern", "enum", "required")


def extract(model, operations):
    shapes, kept = model["shapes"], {}

    def visit(name):
        if name in kept:
            return
        shape = shapes[name]
        entry = kept[name] = {"type": shape["type"]}
        entry.update({key: shape[key] for key in KEEP if key in shape})
        if shape["type"] == "structure":
            entry["members"] = {key: member["shape"] for key, member in shape["members"].items()}
            for member in shape["members"].values():
                visit(member["shape"])
        for part in ("member", "key", "value"):
            if part in shape:
                entry[part] = shape[part]["shape"]
                visit(entry[part])

    inputs = {}
    for operation in operations:
        inputs[operation] = model["operations"][operation]["input"]["shape"]
        visit(inputs[operation])
    return {
        "targetPrefix": model["metadata"]["targetPrefix"],
        "allOperations": sorted(model["operations"]),
        "inputs": inputs,
        "shapes": kept,
    }


loader = botocore.session.get_session().get_component("data_loader")
result = {
    service: extract(loader.load_service_model(service, "service-2"), operations.split())
    for service, operations in SERVICES.items()
}
target = pathlib.Path(__file__).parent.parent / "src" / "wire" / "constraints.json"
target.write_text(json.dumps(result, indent=1) + "\n")
