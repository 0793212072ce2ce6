# What many would write in place of `serve`: Pillow, numpy and ONNX Runtime with one thread, behind Flask and gunicorn
# ("python-peer:create_app()") or behind multi-model-server ("python-peer:handle"), a worker for each core.
import io
import json
import os

import numpy
import onnxruntime
from PIL import Image, ImageOps


class Model:
    def __init__(self, folder):
        manifest = json.load(open(os.path.join(folder, "manifest.json")))
        self.given = manifest["input"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(os.path.join(folder, manifest["model"]), options)
        self.name = self.session.get_inputs()[0].name
        self.mean = numpy.array(self.given["mean"], numpy.float32)
        self.std = numpy.array(self.given["std"], numpy.float32)

    def answer(self, body):
        given = self.given
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(body))).convert("RGB")
        pixels = numpy.asarray(picture.resize((given["width"], given["height"])), numpy.float32)
        if given["channels"] == "BGR":
            pixels = pixels[:, :, ::-1]
        values = ((pixels * given["scale"] - self.mean) / self.std).transpose(2, 0, 1)[None]
        return json.dumps(self.session.run(None, {self.name: numpy.ascontiguousarray(values)})[0].reshape(-1).tolist())


def create_app():
    from flask import Flask, Response, request

    model = Model(os.environ["MODEL_FOLDER"])
    app = Flask(__name__)

    @app.get("/ping")
    def ping():
        return "", 200

    @app.post("/invocations")
    def invocations():
        return Response(model.answer(request.get_data()), mimetype="application/json")

    return app


model = None


def handle(data, context):
    global model
    if model is None:
        model = Model(os.environ["MODEL_FOLDER"])
    # The first call, without data, is to load.
    return data and [model.answer(bytes(row["body"])) for row in data]
