"""Makes networks of MXNet's examples with random weights, and times MXNet on one picture: wall clock and CPU.

python make_nets.py EXAMPLE FOLDER THREADS   (EXAMPLE: folder "example" of MXNet 1.9.1's sources)
"""

import json
import os
import sys
import time

example, folder, threads = sys.argv[1:4]
os.environ["OMP_NUM_THREADS"] = threads
for part in ["image-classification", "ssd", "ssd/symbol"]:
    sys.path.insert(0, os.path.join(example, part))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fixtures"))

import mxnet as mx
import numpy as np
from random_weights import random_weights


def classifier(layers):
    from symbols import resnet
    return resnet.get_symbol(num_classes=1000, num_layers=layers, image_shape="3,224,224"), 224


def ssd(net, side):
    import symbol_factory
    # The example looks nodes up by the numbers that MXNet counts up in their names.
    with mx.name.NameManager():
        return symbol_factory.get_symbol(net, side, num_classes=20, nms_thresh=0.45, force_suppress=False, nms_topk=400), side


def make(name, symbol, side):
    rng = np.random.RandomState(1)
    shape = (1, 3, side, side)
    shapes, _, aux_shapes = symbol.infer_shape(data=shape)
    args, aux = random_weights(symbol, shapes, rng, 20.0, 0.5, 0.1), {}
    for key, size in zip(symbol.list_auxiliary_states(), aux_shapes):
        spread, shift = (5000, 127) if key.startswith("bn_data") else (1, 0)
        aux[key] = mx.nd.array(np.full(size, spread) if "var" in key else rng.normal(shift, 0.1, size))
    base = os.path.join(folder, name)
    symbol.save(base + "-symbol.json")
    mx.nd.save(base + "-0000.params", {**{"arg:" + k: v for k, v in args.items()}, **{"aux:" + k: v for k, v in aux.items()}})
    feed = {"data": mx.nd.array(rng.uniform(0, 255, shape)), **args}
    for key, size in zip(symbol.list_arguments(), shapes):
        feed.setdefault(key, mx.nd.zeros(size))
    net = symbol.bind(mx.cpu(), feed, grad_req="null", aux_states=aux)
    wall, cpu = [], []
    for _ in range(8):
        start, used = time.time(), time.process_time()
        net.forward(is_train=False)[0].asnumpy()
        wall.append(time.time() - start)
        cpu.append(time.process_time() - used)
    # The first runs choose kernels.
    return {"side": side, "ms": sorted(wall[2:])[2] * 1000, "cpuMs": sorted(cpu[2:])[2] * 1000}


os.makedirs(folder, exist_ok=True)
nets = {
    "resnet-18": classifier(18),
    "resnet-50": classifier(50),
    "ssd-resnet-50-512": ssd("resnet50", 512),
    "ssd-vgg-16-300": ssd("vgg16_reduced", 300),
}
with open(os.path.join(folder, "nets.json"), "w") as file:
    json.dump({name: make(name, *net) for name, net in nets.items()}, file)
