"""Reads and writes RecordIO with MXNet, for mxnet.test.ts. Prints JSON."""

import hashlib
import json
import sys

import cv2
import mxnet as mx
import numpy as np


def sha(data):
    return hashlib.sha256(data).hexdigest()


def read(prefix):
    """Every record by id through the index, and in file order."""
    indexed = mx.recordio.MXIndexedRecordIO(prefix + ".idx", prefix + ".rec", "r")
    rows = []
    for key in indexed.keys:
        header, image = mx.recordio.unpack(indexed.read_idx(key))
        labels = header.label.tolist() if header.flag > 0 else [header.label]
        pixels = cv2.imdecode(np.frombuffer(image, np.uint8), -1)
        rows.append({"id": header.id, "labels": labels, "image": sha(image), "shape": list(pixels.shape)})
    plain = mx.recordio.MXRecordIO(prefix + ".rec", "r")
    count = 0
    while plain.read() is not None:
        count += 1
    return {"rows": rows, "count": count}


def iterate(prefix, height, width):
    """The labels and pixels that ImageRecordIter delivers, in file order."""
    batches = mx.io.ImageRecordIter(
        path_imgrec=prefix + ".rec", path_imgidx=prefix + ".idx", data_shape=(3, height, width), batch_size=1,
        preprocess_threads=1, shuffle=False, prefetch_buffer=1)
    labels, worst = [], 0.0
    indexed = mx.recordio.MXIndexedRecordIO(prefix + ".idx", prefix + ".rec", "r")
    keys = iter(indexed.keys)
    for batch in batches:
        labels.append(float(batch.label[0].asnumpy()[0]))
        _, image = mx.recordio.unpack(indexed.read_idx(next(keys)))
        wanted = cv2.cvtColor(cv2.imdecode(np.frombuffer(image, np.uint8), 1), cv2.COLOR_BGR2RGB).transpose(2, 0, 1)
        worst = max(worst, float(np.abs(batch.data[0].asnumpy()[0] - wanted).max()))
    return {"labels": labels, "worst": worst}


def payloads(path):
    reader = mx.recordio.MXRecordIO(path, "r")
    found = []
    while True:
        payload = reader.read()
        if payload is None:
            return found
        found.append(payload.hex())


print(json.dumps(globals()[sys.argv[1]](*[int(word) if word.isdigit() else word for word in sys.argv[2:]])))
