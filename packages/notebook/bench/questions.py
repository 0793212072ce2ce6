"""Times what a front end asks of the kernel beside running cells, and a cell of 3,000 lines:

  sightline-notebook install --prefix /tmp/bench-kernel
  JUPYTER_PATH=/tmp/bench-kernel/share/jupyter PYTHON bench/questions.py TSC [ROUNDS]

PYTHON has jupyter_client; TSC is the path of typescript/lib/tsc.js. After a notebook of 20 cells it prints the median
and the largest milliseconds of hover and completion; then the seconds of the large cell, of which tsc takes so many
for the same text as a file (less what it takes for an empty one).
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import KernelManager

tsc = sys.argv[1]
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3

cells = ['import { readFileSync } from "node:fs";\nimport { join } from "node:path";'] + [
    f"interface Row{at} {{ name: string; value: number }}\n"
    f"let rows{at}: Row{at}[] = [{{ name: 'a', value: {at} }}];\n"
    f"function total{at}(factor: number) {{ return rows{at}.reduce((all, row) => all + row.value * factor, 0); }}\n"
    f"console.log(total{at}(2));"
    for at in range(1, 20)
]
asked = [
    ("hover", "console.log(total7(2));", "total7"),
    ("hover", "readFileSync(join('a', 'b'));", "join"),
    ("hover", "rows12.map((row) => row.value)", "row.value"),
    ("completion", "rows12.ma", None),
    ("completion", "rows3[0].", None),
    ("completion", "tot", None),
]
# Functions, interfaces and calls: what people write, so many times that it is 3,000 lines.
large = "\n".join(
    f"interface Part{at} {{ id: number; tags: string[]; next?: Part{at} }}\n"
    f"function make{at}(id: number): Part{at} {{\n  const tags = ['a', 'b'].map((tag) => tag + id);\n  return {{ id, tags }};\n}}\n"
    f"const parts{at} = [1, 2, 3].map(make{at}).filter(({{ id }}) => id % 2 === {at % 2});"
    for at in range(500)
)


def answer(client, send):
    """Sends, and gives the reply's content and its milliseconds."""
    began = time.perf_counter()
    id = send()
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"]["msg_id"] == id:
            return reply["content"], (time.perf_counter() - began) * 1000


def run(client, code):
    content, milliseconds = answer(client, lambda: client.execute(code))
    assert content["status"] == "ok", content
    return milliseconds


def compiled(text):
    """Seconds that tsc says it takes for a file in all."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "large.ts").write_text(text)
        options = {"target": "es2022", "lib": ["es2023", "dom"], "types": []}
        Path(folder, "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["large.ts"]}))
        command = ["node", tsc, "--noEmit", "--extendedDiagnostics", "-p", folder]
        out = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(re.search(r"Total time:\s+([\d.]+)s", out.stdout)[1])


times = {"hover": [], "completion": []}
largest = []
for _ in range(rounds):
    manager = KernelManager(kernel_name="sightline")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell in cells:
            run(client, cell)
        for turn in range(5):
            for kind, code, name in asked:
                # Another text at each turn, so that nothing is known of it.
                text = f"// {turn}\n{code}"
                if kind == "hover":
                    content, milliseconds = answer(client, lambda: client.inspect(text, text.index(name) + 1))
                    assert content["found"], (text, content)
                else:
                    content, milliseconds = answer(client, lambda: client.complete(text, len(text)))
                    assert content["matches"], (text, content)
                times[kind].append(milliseconds)
        largest.append(run(client, large) / 1000)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

for kind, all in times.items():
    print(f"{kind}: median {statistics.median(all):.1f} ms, most {max(all):.0f} ms, of {len(all)}")
files = [(compiled(large), compiled("export {};\n")) for _ in range(rounds)]
own, empty = min(own for own, _ in files), min(empty for _, empty in files)
lines = large.count("\n") + 1
print(f"cell of {lines:,} lines: {min(largest):.2f} s; tsc {own:.2f} s in all, {own - empty:.2f} s of it for the text")
