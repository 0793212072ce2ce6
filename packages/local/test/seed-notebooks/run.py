# Runs the notebooks of the project that Sightline follows, DSBA-6190-Final-Project-Team/DSBA-6190_Final-Project, against the
# SageMaker that AWS_ENDPOINT_URL names, up to their API Gateway cells.
#
#   run.py WORK_FOLDER PICTURES
#
# WORK_FOLDER: a copy of that repository with MXNet's tools/im2rec.py. PICTURES: folders c0 to c9 and a list of them, as the
# Kaggle data set has them. What the notebooks take for granted is made first: the pictures, two roles, a bucket with pictures
# to try. Between the first and the second notebook the records are uploaded, which the first does in cells that are commented
# out. Says a line of JSON for each notebook.
import csv
import json
import os
import shutil
import sys

import boto3
import nbformat
from nbclient import NotebookClient

BUCKET = "dsba-6190-final-team-project"
NOTEBOOKS = ("processing_upload2s3", "model_training_and_endpoint_deployment", "evaluate_deployed_endpoint")
# From the cell on that names its address, API Gateway is what a notebook is about.
API_GATEWAY = "execute-api"
TO_TRY = 8

work, pictures = (os.path.abspath(folder) for folder in sys.argv[1:3])
s3, iam = boto3.client("s3"), boto3.client("iam")


def prepare():
    with open(os.path.join(pictures, "driver_imgs_list_subset.csv")) as file:
        rows = list(csv.DictReader(file))
    with open(os.path.join(work, "csv_files", "driver_imgs_list.csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, ["subject", "classname", "img"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    for folder in {row["classname"] for row in rows}:
        shutil.copytree(os.path.join(pictures, folder), os.path.join(work, "imgs", "kaggle", "train", folder))
    for name, service in (
        ("dsba_6190_team_project", "sagemaker"),
        ("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint", "sagemaker.application-autoscaling"),
    ):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    s3.create_bucket(Bucket=BUCKET)
    for row in rows[:TO_TRY]:
        file = os.path.join(pictures, row["classname"], row["img"])
        s3.upload_file(file, BUCKET, f"imgs/test/{row['img']}")


def upload_records():
    folder = os.path.join(work, "model_input_files", "split_random", "complete")
    for channel, part in (("train", "train"), ("validation", "val")):
        key = f"channels/split_random/complete/{channel}/{channel}.rec"
        s3.upload_file(os.path.join(folder, f"complete_{part}.rec"), BUCKET, key)


def run(name):
    folder = os.path.join(work, "notebooks")
    notebook = nbformat.read(os.path.join(folder, f"{name}.ipynb"), as_version=4)
    cells = notebook.cells
    end = next((at for at, cell in enumerate(cells) if API_GATEWAY in cell.source), len(cells))
    notebook.cells = cells[:end]
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = "".join(
        output.get("text", "") for cell in code for output in cell.outputs if output.output_type == "stream"
    )
    left = sum(cell.cell_type == "code" for cell in cells[end:])
    print(json.dumps({"notebook": name, "cells": len(code), "left": left, "text": text}), flush=True)


prepare()
for each in NOTEBOOKS:
    if each == NOTEBOOKS[1]:
        upload_records()
    run(each)
