"""papermill for TypeScript notebooks: python papermill_typescript.py IN.ipynb OUT.ipynb -p epochs 3

papermill knows how to write parameters in some languages, and takes others only from Python. All of its options work.
"""

import json

from papermill.__main__ import papermill
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Assigns to the `let`s of the cell tagged "parameters", so that their types are checked."""

    @classmethod
    def translate(cls, val):
        return json.dumps(val)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"{name} = {str_val};"


papermill_translators.register("typescript", TypeScriptTranslator)
papermill()
