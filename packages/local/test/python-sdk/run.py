# Runs scripts of the SageMaker Python SDK's user, each in a process of its own that is forked after the SDK was imported, which
# takes seconds. Says a line of JSON for each: {"script", "error"}; the error is empty where all went well.
import importlib
import json
import os
import runpy
import sys
import time
import traceback

common, scripts = sys.argv[1], sys.argv[2:]
AT_ONCE = 3

# What the SDK and the scripts print goes to stderr; stdout is for the outcomes alone.
outcomes = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

# The SDK and botocore's waiters look again after 5 to 30 seconds; here things are ready at once.
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.1))

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
importlib.import_module(common)


def run(script, to):
    """In the child: in a folder of its own, with its words on stderr."""
    name = os.path.splitext(os.path.basename(script))[0]
    os.makedirs(name)
    os.chdir(name)
    error = ""
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException:
        error = traceback.format_exc()
    with os.fdopen(to, "w") as pipe:
        pipe.write(error)
    os._exit(0)


running = {}


def finish():
    pid, status = os.wait()
    script, pipe = running.pop(pid)
    with os.fdopen(pipe) as end:
        error = end.read()
    if status != 0 and error == "":
        error = f"ended with status {status}"
    print(json.dumps({"script": os.path.basename(script), "error": error}), file=outcomes, flush=True)


for script in scripts:
    if len(running) == AT_ONCE:
        finish()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        run(script, write)
    os.close(write)
    running[pid] = (script, read)
while running:
    finish()
