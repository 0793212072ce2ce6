# Transformer: objects in, answers beside their names.
import json

from aws_fixtures import bucket, get, put
from sagemaker.core.transformer import Transformer
from v3_common import model, session

put("transform/in/a.txt")
put("transform/in/b.txt")
model("transform", "batch")
transformer = Transformer(
    model_name="transform",
    instance_count=1,
    instance_type="ml.m5.large",
    output_path=f"s3://{bucket}/transform/out",
    sagemaker_session=session,
)
transformer.transform(f"s3://{bucket}/transform/in", content_type="text/plain", job_name="transform")
for name in "ab":
    assert json.loads(get(f"s3://{bucket}/transform/out/{name}.txt.out"))["answer"] == "batch"
