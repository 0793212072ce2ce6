"""Reads records with boxes as MXNet's two detection iterators do, for mxnet-detection.test.ts. Prints JSON."""

import json
import sys

import mxnet as mx
import numpy as np

prefix, size, label_width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def red(image):
    """Left, top, right and bottom of what is red in H x W x RGB, as shares of the sides."""
    ys, xs = np.nonzero(image[:, :, 0] - image[:, :, 1] > 128)
    if len(xs) == 0:
        return None
    height, width = image.shape[:2]
    return [int(xs.min()) / width, int(ys.min()) / height, (int(xs.max()) + 1) / width, (int(ys.max()) + 1) / height]


def python_rows():
    batches = mx.image.ImageDetIter(
        batch_size=1, data_shape=(3, size, size), path_imgrec=prefix + ".rec", path_imgidx=prefix + ".idx", aug_list=[])
    for batch in batches:
        label = batch.label[0].asnumpy()[0]
        yield label[label[:, 0] >= 0], batch.data[0].asnumpy()[0]


def native_iterator(width):
    return mx.io.ImageDetRecordIter(
        path_imgrec=prefix + ".rec", batch_size=1, data_shape=(3, size, size), label_pad_width=width,
        preprocess_threads=1, shuffle=False, verbose=False)


def width_refused():
    """What is said of a label width one smaller; nothing where it is taken."""
    try:
        native_iterator(label_width - 1)
        return ""
    except mx.MXNetError as error:
        return str(error)


def native_rows():
    for batch in native_iterator(label_width):
        label = batch.label[0].asnumpy()[0]
        # Channels, height, width, how many numbers follow, then those of the record.
        raw = label[4:4 + int(label[3])]
        header, width = int(raw[0]), int(raw[1])
        yield raw[header:].reshape(-1, width), batch.data[0].asnumpy()[0]


def rows(found):
    return [{"objects": label.tolist(), "red": red(data.transpose(1, 2, 0))} for label, data in found]


print(json.dumps({"python": rows(python_rows()), "native": rows(native_rows()), "widthRefused": width_refused()}))
