# Transformer: objects in, answers beside their names.
import json

from aws_fixtures import bucket, get, put
from v2_common import model, one

put("transform/in/a.txt")
put("transform/in/b.txt")
named = model("transform", "batch")
named.create(instance_type="ml.m5.large")
transformer = named.transformer(output_path=f"s3://{bucket}/transform/out", accept="application/json", **one)
transformer.transform(f"s3://{bucket}/transform/in", content_type="text/plain", job_name="transform", logs=True)
for name in "ab":
    assert json.loads(get(f"s3://{bucket}/transform/out/{name}.txt.out"))["answer"] == "batch"
transformer.delete_model()
