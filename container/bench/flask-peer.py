# What many would write in place of `serve`: Flask, Pillow and ONNX Runtime behind gunicorn, one worker for each core.
import io
import json
import os

import numpy
import onnxruntime
from flask import Flask, Response, request
from PIL import Image, ImageOps

folder = os.environ["MODEL_FOLDER"]
manifest = json.load(open(os.path.join(folder, "manifest.json")))
given = manifest["input"]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(os.path.join(folder, manifest["model"]), options)
name = session.get_inputs()[0].name
mean = numpy.array(given["mean"], numpy.float32)
std = numpy.array(given["std"], numpy.float32)
app = Flask(__name__)


@app.get("/ping")
def ping():
    return "", 200


@app.post("/invocations")
def invocations():
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(request.get_data()))).convert("RGB")
    pixels = numpy.asarray(picture.resize((given["width"], given["height"])), numpy.float32)
    if given["channels"] == "BGR":
        pixels = pixels[:, :, ::-1]
    values = ((pixels * given["scale"] - mean) / std).transpose(2, 0, 1)[None]
    answer = session.run(None, {name: numpy.ascontiguousarray(values)})[0].reshape(-1)
    return Response(json.dumps(answer.tolist()), mimetype="application/json")
