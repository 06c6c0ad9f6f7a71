"""The golden lists of abi/: facts as small text files that a reviewer reads as a diff.

One fact is one line and names itself, so that a line of a diff says what changed without its neighbours.
"""
import os
import re

from abi.facts import MODELS, structs

FILES = ["symbols.txt", "symbols-curl.txt", "functions.txt", "constants.txt", "layout-lp64.txt", "layout-ilp32.txt"]


def symbols_text(soname, symbols):
    return f"soname {soname}\n" + "".join(f"{name}@{node} {kind}\n" for name, node, kind in symbols)


def functions_text(declared):
    # A parameter's name is part of the promise: swapping two strings is a break that no compiler sees.
    return "".join(f"{d.prototype};\n" for d in sorted(declared, key=lambda d: d.name) if d.kind == "function")


def constants_text(macros):
    """Constants with type and value, then the version of the headers, function-like macros, and attributes."""
    def line(macro):
        if macro.kind == "macro":
            return f"macro {macro.name}{macro.parameters} {macro.body}"
        if macro.kind == "mark":
            return f"mark {macro.name}"
        value = f"{macro.value} {int(macro.value):#x}" if re.fullmatch(r"-?\d+", macro.value) else macro.value
        return f"{macro.kind} {macro.name} {macro.type} {value}"

    order = ["constant", "version", "macro", "mark"]
    listed = sorted((m for m in macros if m.kind in order), key=lambda m: (order.index(m.kind), m.name))
    return "".join(line(macro) + "\n" for macro in listed)


def layout_text(facts, model):
    """The structs of one data model. Alignments may differ between its targets; sizes and offsets are the first's."""
    spellings = {(s.name, m.name): m.spelling for s in structs(facts.declarations) for m in s.members}
    targets = MODELS[model]
    text = ""
    for name, layout in sorted(facts.layouts[targets[0]].items()):
        aligns = sorted({facts.layouts[target][name].align for target in targets})
        text += f"{name} size {layout.size} align {'|'.join(map(str, aligns))}\n"
        for member, (offset, size) in layout.members.items():
            text += f"  {name}.{member} offset {offset} size {size} {spellings[name, member]}\n"
    return text


def from_facts(facts):
    """What the headers alone say: every list but the symbols."""
    return {
        "functions.txt": functions_text(facts.declarations),
        "constants.txt": constants_text(facts.macros),
        "layout-lp64.txt": layout_text(facts, "lp64"),
        "layout-ilp32.txt": layout_text(facts, "ilp32"),
    }


def read(folder):
    lists = {}
    for name in FILES:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lists[name] = file.read()
    return lists


def write(folder, lists):
    os.makedirs(folder, exist_ok=True)
    for name, text in lists.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def soname(lists):
    found = re.match(r"soname (\S+)", lists.get("symbols.txt", ""))
    return found.group(1) if found else ""
