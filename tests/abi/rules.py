"""The rules that every public declaration keeps; docs/abi.md says what each is for.

A rule is a function of a Promise that returns its problems, each a sentence that names the place. Its name is the name
of the test.
"""
import dataclasses
import os
import re

from abi.facts import MODELS, structs

INTEGERS = {"uint32_t", "int32_t", "uint64_t", "int64_t", "aim_code", "size_t"}
INCLUDED = re.compile(r"<(stddef\.h|stdint\.h|aim/[a-z_0-9]+\.h)>")
# A literal, possibly negative in parentheses: a value that a reader sees and that no other change moves.
WRITTEN = re.compile(r"\(?-?\d\w*\)?|(\"[^\"]*\"\s*)+")


@dataclasses.dataclass
class Library:
    """One of the shared libraries that the headers declare."""
    version_script: str  # its name, such as "lib/aim.map"
    nodes: list  # (node, its symbols, the node it follows or "")
    symbols: list  # (name, version node, type); None: it is not built here

    def mapped(self):
        return {name: node for node, names, _ in self.nodes for name in names}


@dataclasses.dataclass
class Promise:
    """All that the rules look at."""
    facts: object
    texts: dict  # "aim/types.h": its text
    libraries: list  # of Library

    def functions(self):
        return [d for d in self.facts.declarations if d.kind == "function"]

    def structs(self):
        return structs(self.facts.declarations)

    def constants(self):
        return [m for m in self.facts.macros if m.kind in ("constant", "version")]


def version_nodes(script):
    """The nodes of a version script in order."""
    nodes = re.findall(r"(\w+\.[\d.]+)\s*\{([^}]*)\}\s*([\w.]*?)\s*;", script)
    return [(node, re.findall(r"^\s*(aim_\w+);", body, re.M), parent) for node, body, parent in nodes]


def promise(facts, source, symbols):
    """symbols: {name of a version script: the symbols of its library, or None}."""
    include = os.path.join(source, "include")
    texts = {}
    for name in sorted(os.listdir(os.path.join(include, "aim"))):
        with open(os.path.join(include, "aim", name), encoding="utf-8") as file:
            texts["aim/" + name] = file.read()
    libraries = []
    for script, exported in symbols.items():
        with open(os.path.join(source, script), encoding="utf-8") as file:
            libraries.append(Library(script, version_nodes(file.read()), exported))
    return Promise(facts, texts, libraries)


# --- structs ---


def structs_begin_with_their_size_and_flags(p):
    start = [("struct_size", "uint32_t"), ("flags", "uint32_t")]
    return [f"{s.header}: {s.name} does not begin with uint32_t struct_size, flags" for s in p.structs()
            if [(m.name, m.spelling) for m in s.members[:2]] != start]


def members_are_fixed_integers_sizes_or_pointers(p):
    return [f"{s.header}: {s.name}.{m.name} is {m.spelling}{' (a bit-field)' if m.is_bitfield else ''}"
            for s in p.structs() for m in s.members
            if m.is_bitfield or not (m.spelling in INTEGERS or m.canonical.endswith("*") or "(*)" in m.canonical)]


def there_is_no_enum_and_no_union(p):
    problems = [f"{d.header}: {d.kind} {d.name}" for d in p.facts.declarations if d.kind in ("enum", "union")]
    return problems + [f"{s.header}: {kind} inside of {s.name}" for s in p.structs() for kind in s.nested]


def structs_have_no_padding(p):
    problems = []
    for target, layouts in p.facts.layouts.items():
        for name, layout in layouts.items():
            end = 0
            for member, (offset, size) in layout.members.items():
                if offset != end:
                    problems.append(f"{target}: {name} has {offset - end} bytes of padding before {member}")
                end = offset + size
            if end != layout.size:
                problems.append(f"{target}: {name} has {layout.size - end} bytes of padding at its end")
    return problems


def members_lie_at_multiples_of_their_size(p):
    """What puts 64-bit members before pointers and sizes, however a target aligns them."""
    return [f"{target}: {name}.{member} of {size} bytes lies at {offset}"
            for target, layouts in p.facts.layouts.items() for name, layout in layouts.items()
            for member, (offset, size) in layout.members.items() if offset % size]


def targets_of_a_model_agree(p):
    problems = []
    for first, *others in MODELS.values():
        for other in others:
            for name, layout in p.facts.layouts[first].items():
                theirs = p.facts.layouts[other][name]
                if (layout.size, layout.members) != (theirs.size, theirs.members):
                    problems.append(f"{name} has {layout.size} bytes on {first} and {theirs.size} on {other}, "
                                    "or members at other places")
    return problems


# --- functions and symbols ---


def functions_are_declared_once_with_aim_api(p):
    problems = [f"{f.header}: {f.name} is not marked AIM_API" for f in p.functions() if not f.marked]
    places = {}
    for function in p.functions():
        places.setdefault(function.name, []).append(function.header)
    return problems + [f"{name} is declared {len(found)} times: {', '.join(found)}"
                       for name, found in places.items() if len(found) > 1]


def exported_symbols_are_the_declared_functions(p):
    exported = {name for library in p.libraries for name, _, _ in library.symbols or []}
    elsewhere = {name for library in p.libraries if library.symbols is None for name in library.mapped()}
    declared = {f.name for f in p.functions()} - elsewhere
    problems = [f"{name} is declared and not exported" for name in sorted(declared - exported)]
    problems += [f"{name} is exported and not declared" for name in sorted(exported - declared)]
    return problems + [f"{name} is no function but {kind}" for library in p.libraries
                       for name, _, kind in library.symbols or [] if kind != "FUNC"]


def exported_symbols_are_those_of_the_map(p):
    problems = []
    for library in p.libraries:
        if library.symbols is None:
            continue
        script, mapped = library.version_script, set(library.mapped().items())
        exported = {(name, node) for name, node, _ in library.symbols}
        problems += [f"{name}@{node} is in {script} and not exported" for name, node in sorted(mapped - exported)]
        problems += [f"{name}@{node} is exported and not in {script}" for name, node in sorted(exported - mapped)]
    return problems


def version_nodes_are_chained(p):
    problems = []
    for library in p.libraries:
        script, previous = library.version_script, ""
        if not library.nodes:
            problems.append(f"{script} has no version node")
        for node, _, parent in library.nodes:
            if parent != previous:
                problems.append(f"{script}: {node} follows {parent or 'nothing'}, not {previous or 'nothing'}")
            previous = node
    return problems


def functions_say_since_when(p):
    """@since names the version node, so that one cannot be moved without the other."""
    node_of = {name: node for library in p.libraries for name, node in library.mapped().items()}
    problems = []
    for function in p.functions():
        if not function.documented:
            problems.append(f"{function.header}: {function.name} has no doc comment")
        elif not function.since:
            problems.append(f"{function.header}: {function.name} has no @since")
        elif function.name in node_of and node_of[function.name].split("_")[-1] != function.since.split()[0]:
            problems.append(f"{function.header}: {function.name} says @since {function.since}, "
                            f"its version script says {node_of[function.name]}")
    return problems


# --- comments, constants, names ---


def structs_and_typedefs_have_doc_comments(p):
    # A handle is a typedef and the struct that it introduces: the typedef carries the comment of both.
    named = [d for d in p.facts.declarations if d.kind == "typedef"] + p.structs()
    documented = {d.name for d in named if d.documented}
    return [f"{d.header}: {d.kind} {d.name} has no doc comment" for d in named if d.name not in documented]


def constant_groups_have_comments(p):
    """A constant is commented itself or stands in a block, without an empty line, below a comment."""
    problems = []
    for header, text in p.texts.items():
        lines = text.splitlines()
        for constant in p.constants():
            for number, line in enumerate(lines):
                if re.match(rf"#\s*define\s+{constant.name}\b", line) and not commented(lines, number):
                    problems.append(f"{header}:{number + 1}: {constant.name} has no comment")
    return problems


def commented(lines, number):
    while number >= 0 and lines[number].strip():
        if "/**<" in lines[number] or lines[number].rstrip().endswith("*/") and "/*" not in lines[number]:
            return True
        if lines[number].lstrip().startswith("/*"):
            return True
        number -= 1
    return False


def constants_have_written_values(p):
    return [f"{c.name} is {c.body}, not one number or text" for c in p.constants()
            if c.type == "other" or not WRITTEN.fullmatch(c.body)]


def headers_include_standard_integers_only(p):
    return [f"{header}: {line.strip()}" for header, text in p.texts.items() for line in text.splitlines()
            if re.match(r"\s*#\s*include\b", line) and not INCLUDED.search(line)]


def names_are_those_of_aim(p):
    problems = [f"{d.header}: {d.kind} {d.name}" for d in p.facts.declarations
                if not re.fullmatch(r"aim(_[a-z0-9]+)+", d.name)]
    return problems + [f"macro {m.name}" for m in p.facts.macros if not re.fullmatch(r"AIM(_[A-Z0-9]+)+", m.name)]


# Those that need the library too are asked only where it could be read.
HEADER_RULES = [
    structs_begin_with_their_size_and_flags, members_are_fixed_integers_sizes_or_pointers,
    there_is_no_enum_and_no_union, structs_have_no_padding, members_lie_at_multiples_of_their_size,
    targets_of_a_model_agree, functions_are_declared_once_with_aim_api, version_nodes_are_chained,
    functions_say_since_when, structs_and_typedefs_have_doc_comments, constant_groups_have_comments,
    constants_have_written_values, headers_include_standard_integers_only, names_are_those_of_aim,
]
LIBRARY_RULES = [exported_symbols_are_the_declared_functions, exported_symbols_are_those_of_the_map]
