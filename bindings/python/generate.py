#!/usr/bin/env python3
"""Writes src/aim/_api.py, the tables that ctypes needs, from bindings/api.json.

  generate.py          writes the module
  generate.py --check  says what is stale, and writes nothing (exit code 1)

Nothing is generated when the package runs: the module is checked in, and a test compares.
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DESCRIPTION = HERE.parent / "api.json"
MODULE = HERE / "src" / "aim" / "_api.py"

# C type: (ctypes expression, the Python type that reading it gives)
SCALARS = {
    "aim_code": ("c_int32", "int"),
    "int32_t": ("c_int32", "int"),
    "int64_t": ("c_int64", "int"),
    "uint32_t": ("c_uint32", "int"),
    "uint64_t": ("c_uint64", "int"),
    "size_t": ("c_size_t", "int"),
    "void": ("None", "None"),
    "void *": ("c_void_p", "Optional[int]"),
    "const char *": ("c_char_p", "Optional[bytes]"),
}

CTYPES = [
    "CFUNCTYPE",
    "POINTER",
    "Structure",
    "c_char_p",
    "c_int32",
    "c_int64",
    "c_size_t",
    "c_uint32",
    "c_uint64",
    "c_void_p",
]

# Where the type alone would be wrong: (function, parameter or "result"): C type to take instead.
EXCEPTIONS = {
    ("aim_buffer_data", "result"): "void *"  # bytes with a size of their own
}


class Translator:
    """C types of the description as ctypes expressions."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.structs = {struct["name"] for struct in description["structs"]}
        self.handles = {handle["name"] for handle in description["handles"]}

    def translate(self, kind: str) -> tuple[str, str]:
        if kind in SCALARS:
            return SCALARS[kind]
        base = kind.replace("const ", "").strip()
        if base == "char **":
            return "POINTER(c_char_p)", "Any"
        if base == "char *":  # a buffer that a callback fills
            return "c_void_p", "Optional[int]"
        if base.endswith("**") and base[:-2].strip() in self.handles:
            return "POINTER(c_void_p)", "Any"
        if not base.endswith("*"):
            raise ValueError(f"generate.py does not know the type {kind!r}")
        target = base[:-1].strip()
        if target in self.handles:
            return "c_void_p", "Optional[int]"
        if target in self.structs:
            return f"POINTER({target})", "Any"
        if target in SCALARS:
            return f"POINTER({SCALARS[target][0]})", "Any"
        raise ValueError(f"generate.py does not know the type {kind!r}")

    def callback(self, described: dict[str, Any]) -> str:
        kinds = [described["result"], *described["parameters"]]
        return f"CFUNCTYPE({', '.join(self.translate_in_callback(kind) for kind in kinds)})"

    def translate_in_callback(self, kind: str) -> str:
        # A char * that a callback is handed comes with a size: as an address it keeps what follows a NUL.
        # The text of a log line has none, and ends with its NUL.
        return "c_void_p" if kind == "const char *" else self.translate(kind)[0]


def wrapped(text: str, indent: str, further: str) -> str:
    """A text in the house's line length; further: the indent of its second line and those after it."""
    lines, line = [], indent
    for word in text.split(" "):
        if len(line) + len(word) > 118:
            lines.append(line.rstrip())
            line = further
        line += word + " "
    return "\n".join([*lines, line.rstrip()])


def used_structs(structs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Structs in an order in which each comes after those that it points to."""
    names = {struct["name"] for struct in structs}
    done: list[dict[str, Any]] = []
    waiting = list(structs)
    while waiting:
        ready = [s for s in waiting if not (mentioned(s) & names - {d["name"] for d in done} - {s["name"]})]
        if not ready:
            raise ValueError(f"structs that point to each other: {[s['name'] for s in waiting]}")
        done += ready
        waiting = [s for s in waiting if s not in ready]
    return done


def mentioned(struct: dict[str, Any]) -> set[str]:
    kinds = [member["type"] for member in struct["members"]]
    for member in struct["members"]:
        kinds += member.get("callback", {}).get("parameters", [])
    return {kind.replace("const ", "").rstrip("* ") for kind in kinds}


def constants_text(constants: list[dict[str, Any]]) -> str:
    text = ""
    group = None
    for constant in constants:
        if constant.get("group") != group:
            group = constant.get("group")
            text += f"\n# {group}\n" if group else "\n"
        text += f"{constant['name']} = {json.dumps(constant['value'])}\n"
    return text


def struct_text(struct: dict[str, Any], translator: Translator) -> str:
    name = struct["name"]
    lines = [f"class {name}(Structure):", f'    """{struct["doc"].split(". ")[0].rstrip(".")}."""', ""]
    callbacks, fields = [], []
    for member in struct["members"]:
        if "callback" in member:
            expression, reads = f"{name}_{member['name']}", "Any"
            callbacks.append(f"{expression} = {translator.callback(member['callback'])}")
        else:
            expression, reads = translator.translate(member["type"])
        fields.append(f'        ("{member["name"]}", {expression}),')
        lines.append(f"    {member['name']}: {reads}")
    if callbacks:
        callbacks += ["", ""]
    return "\n".join([*callbacks, *lines, "    _fields_ = [", *fields, "    ]", "", ""])


def module_text(description: dict[str, Any]) -> str:
    translator = Translator(description)
    functions = [f for f in description["functions"] if f["library"] == "aim"]
    structs = used_structs([s for s in description["structs"] if s["library"] == "aim"])
    constants = [c for c in description["constants"] if c["library"] == "aim"]
    handles = [h["name"] for h in description["handles"] if h["library"] == "aim"]
    imported = "\n".join(f"    {name}," for name in CTYPES)
    parts = [
        '"""The C interface of libaim as tables.\n\n'
        'Made by bindings/python/generate.py from bindings/api.json: do not edit.\n"""\n',
        "from __future__ import annotations\n",
        f"from ctypes import (\n{imported}\n)\nfrom typing import Any, Callable, Optional\n",
        constants_text(constants).lstrip("\n"),
        f"HANDLES = (\n{wrapped(' '.join(json.dumps(h) + ',' for h in handles), '    ', '    ')}\n)\n",
        "\n".join(struct_text(struct, translator) for struct in structs),
    ]
    table, attributes = [], []
    for function in functions:
        name = function["name"]

        def kind_of(place: str, kind: str, name: str = name) -> tuple[str, str]:
            return translator.translate(EXCEPTIONS.get((name, place), kind))

        result, reads = kind_of("result", function["result"]["type"])
        arguments = [kind_of(p["name"], p["type"])[0] for p in function["parameters"]]
        tuple_text = ", ".join(arguments) + ("," if len(arguments) == 1 else "")
        table.append(wrapped(f'"{name}": ({result}, ({tuple_text})),', "    ", " " * 8))
        attributes.append(f"    {name}: Callable[..., {reads}]")
    parts.append(
        "# Function: (result, parameters)\nFUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {\n"
        + "\n".join(table)
        + "\n}\n\n"
    )
    parts.append(
        'class Library:\n    """The functions of libaim, as _library.py has bound them."""\n\n'
        + "\n".join(attributes)
        + "\n"
    )
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = module_text(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    if not arguments:
        MODULE.write_text(text, encoding="utf-8")
        return 0
    old = MODULE.read_text(encoding="utf-8") if MODULE.exists() else ""
    if old != text:
        sys.stderr.writelines(
            difflib.unified_diff(
                old.splitlines(True), text.splitlines(True), "src/aim/_api.py", "bindings/api.json", n=1
            )
        )
        print("src/aim/_api.py is stale: run bindings/python/generate.py", file=sys.stderr)
    return int(old != text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
