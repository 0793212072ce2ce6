# MultiDataModel: many models behind one endpoint, one added while it runs.
from aws_fixtures import archive, bucket, put
from sagemaker.multidatamodel import MultiDataModel
from sagemaker.predictor import Predictor
from v2_common import common, hosted, session, speaking_json

prefix = f"s3://{bucket}/multi/"
put("multi/a.tar.gz", archive({"deep/answer.txt": "a"}))
models = MultiDataModel(name="multi", model_data_prefix=prefix, image_uri="stub", **common)
models.deploy(endpoint_name="multi", **hosted)
predictor = Predictor("multi", session, **speaking_json)
assert predictor.predict({}, target_model="a.tar.gz")["answer"] == "a"
models.add_model(put("later/b.tar.gz", archive({"deep/answer.txt": "b"})), "b.tar.gz")
assert sorted(models.list_models()) == ["a.tar.gz", "b.tar.gz"]
assert predictor.predict({}, target_model="b.tar.gz")["answer"] == "b"
