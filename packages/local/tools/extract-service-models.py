#!/usr/bin/env python3
"""Writes src/wire/service-models.json: the input shapes (required members, types,
lengths, ranges, patterns, enums) of the operations that the server implements, the output
shapes where an answer may be XML, and the names of all operations, taken from botocore's
service models (Apache-2.0).

    python3 tools/extract-service-models.py && npx biome format --write src/wire/service-models.json
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
        CreateTransformJob DescribeTransformJob ListTransformJobs StopTransformJob
        CreateHyperParameterTuningJob DescribeHyperParameterTuningJob ListHyperParameterTuningJobs
        ListTrainingJobsForHyperParameterTuningJob StopHyperParameterTuningJob DeleteHyperParameterTuningJob
        CreateModelPackageGroup DescribeModelPackageGroup ListModelPackageGroups DeleteModelPackageGroup
        CreateModelPackage DescribeModelPackage ListModelPackages UpdateModelPackage DeleteModelPackage""",
    "application-autoscaling": """
        RegisterScalableTarget DescribeScalableTargets DeregisterScalableTarget
        PutScalingPolicy DescribeScalingPolicies DeleteScalingPolicy DescribeScalingActivities
        PutScheduledAction DescribeScheduledActions DeleteScheduledAction""",
    "logs": """
        DescribeLogGroups DescribeLogStreams GetLogEvents FilterLogEvents DeleteLogGroup""",
    "cloudwatch": """
        PutMetricAlarm DescribeAlarms DeleteAlarms DescribeAlarmsForMetric
        PutMetricData GetMetricStatistics GetMetricData ListMetrics""",
    "sts": "GetCallerIdentity AssumeRole GetSessionToken",
    "iam": """
        CreateRole GetRole ListRoles DeleteRole UpdateAssumeRolePolicy
        PutRolePolicy GetRolePolicy ListRolePolicies DeleteRolePolicy
        AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies SimulatePrincipalPolicy""",
    "ecr": "GetAuthorizationToken DescribeRepositories CreateRepository",
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

    def visit_all(side):
        roots = {
            operation: model["operations"][operation][side]["shape"]
            for operation in operations
            if side in model["operations"][operation]
        }
        for name in roots.values():
            visit(name)
        return roots

    metadata = model["metadata"]
    result = {key: metadata[key] for key in ("targetPrefix",) if key in metadata}
    result["allOperations"] = sorted(model["operations"])
    result["inputs"] = visit_all("input")
    if "query" in metadata["protocols"]:
        result["xmlNamespace"] = metadata["xmlNamespace"]
        result["outputs"] = visit_all("output")
    return {**result, "shapes": kept}


loader = botocore.session.get_session().get_component("data_loader")
result = {"$source": f"written by tools/extract-service-models.py from botocore {botocore.__version__}"}
result |= {
    service: extract(loader.load_service_model(service, "service-2"), operations.split())
    for service, operations in SERVICES.items()
}
target = pathlib.Path(__file__).parent.parent / "src" / "wire" / "service-models.json"
target.write_text(json.dumps(result, indent=1) + "\n")
