"""The same job in Python: OpenCV decodes, onnxruntime detects, supervision draws, ffmpeg encodes.

usage: python_markup.py INPUT OUTPUT MODEL FFMPEG ENCODER_OPTION...
YOLOX as published: BGR 0-255, letterbox 114 at the top left, grid decoding, NMS at 0.45, score from 0.25.
"""

import subprocess
import sys

import cv2
import numpy as np
import onnxruntime as ort
import supervision as sv

source, target, model, ffmpeg, *encoder = sys.argv[1:]
options = ort.SessionOptions()
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
size = session.get_inputs()[0].shape[2]

grids, strides = [], []
for stride in (8, 16, 32):
    n = size // stride
    xv, yv = np.meshgrid(np.arange(n), np.arange(n))
    grids.append(np.stack((xv, yv), 2).reshape(-1, 2))
    strides.append(np.full((n * n, 1), stride))
grid, stride = np.concatenate(grids), np.concatenate(strides)

capture = cv2.VideoCapture(source)
width, height = int(capture.get(3)), int(capture.get(4))
rate = capture.get(cv2.CAP_PROP_FPS)
ratio = min(size / width, size / height)
encode = subprocess.Popen(
    [ffmpeg, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", str(rate)]
    + ["-i", "-"] + encoder + ["-movflags", "+faststart", target],
    stdin=subprocess.PIPE,
)
boxes, labels = sv.BoxAnnotator(), sv.LabelAnnotator()
frames = found = 0
while True:
    ok, frame = capture.read()
    if not ok:
        break
    padded = np.full((size, size, 3), 114, np.uint8)
    small = cv2.resize(frame, (int(width * ratio), int(height * ratio)), interpolation=cv2.INTER_LINEAR)
    padded[: small.shape[0], : small.shape[1]] = small
    tensor = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)
    out = session.run(None, {name: tensor})[0][0]
    scores = out[:, 4:5] * out[:, 5:]
    class_id = scores.argmax(1)
    confidence = scores.max(1)
    keep = confidence >= 0.25
    centre = (out[keep, :2] + grid[keep]) * stride[keep]
    half = np.exp(out[keep, 2:4]) * stride[keep] / 2
    detections = sv.Detections(
        xyxy=np.concatenate((centre - half, centre + half), 1) / ratio,
        confidence=confidence[keep],
        class_id=class_id[keep],
    ).with_nms(0.45)
    frames += 1
    found += len(detections)
    texts = [f"{c} {s:.2f}" for c, s in zip(detections.class_id, detections.confidence)]
    frame = labels.annotate(boxes.annotate(frame, detections), detections, texts)
    encode.stdin.write(frame.tobytes())
encode.stdin.close()
encode.wait()
print(frames, found)
