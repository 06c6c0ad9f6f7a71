"""What a compiler knows of the public headers.

Nothing here reads C: declarations, comments, sizes, offsets and values come from clang's syntax tree, macros from its
preprocessor, symbols from readelf. clang compiles for every target with -ffreestanding, so no foreign libc is needed.
"""
import dataclasses
import json
import os
import re
import subprocess

# The first target of a model speaks for it in the lists; the others have to agree with it. uint64_t is aligned to 4 on
# i386 and to 8 on ARM, which is why both are asked.
MODELS = {
    "lp64": ["x86_64-linux-gnu", "aarch64-linux-gnu"],
    "ilp32": ["i386-linux-gnu", "armv7-linux-gnueabihf", "x86_64-linux-gnux32"],
}
# The types that an integer or string literal can have.
LITERAL_TYPES = ["int", "unsigned int", "long", "unsigned long", "long long", "unsigned long long"]


class CompilerError(Exception):
    """clang or readelf said no; the text is what it said."""


@dataclasses.dataclass
class Member:
    name: str
    spelling: str
    canonical: str  # without typedefs
    is_bitfield: bool


@dataclasses.dataclass
class Declaration:
    """A function, struct, enum, union or typedef of a public header."""
    kind: str
    name: str
    header: str
    documented: bool
    since: str
    marked: bool = False  # AIM_API
    prototype: str = ""
    members: list = dataclasses.field(default_factory=list)
    nested: list = dataclasses.field(default_factory=list)  # kinds of the types that are declared inside


@dataclasses.dataclass
class Macro:
    name: str
    parameters: str  # "(code)", or "" of an object-like macro
    body: str
    kind: str = ""  # constant, version, macro (function-like), mark (an attribute or nothing) or guard
    type: str = ""
    value: str = ""


@dataclasses.dataclass
class Layout:
    size: int
    align: int
    members: dict  # name: (offset, size)


@dataclasses.dataclass
class Facts:
    declarations: list
    macros: list
    layouts: dict  # target: {struct: Layout}


def run(command, text=None):
    answer = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        raise CompilerError(f"{' '.join(command)}\n{answer.stderr}")
    return answer.stdout


class Compiler:
    """clang over the headers of one include folder."""

    def __init__(self, include, clang="clang"):
        self.command = [clang, "-x", "c", "-std=c11", "-ffreestanding", "-Wno-everything", f"-I{include}"]
        self.headers = sorted(name for name in os.listdir(os.path.join(include, "aim")) if name.endswith(".h"))
        self.includes = "".join(f"#include <aim/{header}>\n" for header in self.headers)

    def tree(self, text="", target=None):
        command = self.command + (["-target", target] if target else [])
        command += ["-fsyntax-only", "-Xclang", "-ast-dump=json", "-"]
        return json.loads(run(command, self.includes + text))

    def preprocess(self, text, *options):
        return run(self.command + ["-E", "-P", *options, "-"], text)

    def values(self, expressions, target=None):
        """Integer constant expressions, evaluated: each is the only enumerator of an enum of its own."""
        text = "".join(f"enum {{ value_{i} = ({e}) }};\n" for i, e in enumerate(expressions))
        found = {}
        for node in self.tree(text, target)["inner"]:
            for inner in node.get("inner", []):
                if inner["kind"] == "EnumConstantDecl" and inner["name"].startswith("value_"):
                    found[int(inner["name"][len("value_"):])] = int(first_value(inner))
        return [found[i] for i in range(len(expressions))]


def first_value(node):
    for inner in node.get("inner", []):
        value = inner.get("value", first_value(inner))
        if value is not None:
            return value
    return None


# --- declarations ---


def place_files(node, current):
    """clang writes the file of a location only where it changes: writes it into every one. Returns the last file."""
    if isinstance(node, list):
        for inner in node:
            current = place_files(inner, current)
    elif isinstance(node, dict):
        if "offset" in node and "tokLen" in node:
            current = node.setdefault("file", current)
        else:
            for inner in node.values():
                current = place_files(inner, current)
    return current


def header_of(node):
    """The public header that a declaration stands in ("aim/types.h"), or None."""
    place = node.get("loc", {})
    name = place.get("expansionLoc", place).get("file") or ""
    found = re.search(r"(^|/)(aim/[^/]+\.h)$", name)
    return found.group(2) if found else None


def text_of(node):
    return node.get("text", "") + "".join(text_of(inner) for inner in node.get("inner", []))


def comment_of(node):
    """Whether a declaration has a doc comment, and the version that follows @since."""
    comments = [inner for inner in node.get("inner", []) if inner["kind"] == "FullComment"]
    since = ""
    for comment in comments:
        for part in comment.get("inner", []):
            if part["kind"] == "BlockCommandComment" and part["name"] == "since":
                since = text_of(part).strip()
    return any(text_of(comment).strip() for comment in comments), since


def join(kind, name):
    """A type and a name as C spells them together, as far as a parameter or a result may look."""
    if "(*)" in kind:
        return kind.replace("(*)", f"(*{name})", 1)
    return kind + name if kind.endswith("*") else f"{kind} {name}".rstrip()


def prototype_of(node):
    parameters = [join(inner["type"]["qualType"], inner.get("name", ""))
                  for inner in node.get("inner", []) if inner["kind"] == "ParmVarDecl"]
    if node.get("variadic"):
        parameters.append("...")
    signature = node["type"]["qualType"]
    result = signature[:signature.index("(")].rstrip()
    return f"{join(result, node['name'])}({', '.join(parameters) or 'void'})"


def members_of(node):
    return [Member(inner.get("name", ""), inner["type"]["qualType"],
                   inner["type"].get("desugaredQualType", inner["type"]["qualType"]), inner.get("isBitfield", False))
            for inner in node.get("inner", []) if inner["kind"] == "FieldDecl"]


def declaration_of(node, header):
    documented, since = comment_of(node)
    kind = {"FunctionDecl": "function", "TypedefDecl": "typedef", "EnumDecl": "enum", "VarDecl": "variable",
            "RecordDecl": node.get("tagUsed", "struct")}[node["kind"]]
    declaration = Declaration(kind, node.get("name", ""), header, documented, since)
    inside = node.get("inner", [])
    if kind == "function":
        declaration.marked = any(inner["kind"] == "VisibilityAttr" for inner in inside)
        declaration.prototype = prototype_of(node)
    if node.get("completeDefinition"):
        declaration.members = members_of(node)
        declaration.nested = [inner.get("tagUsed", "enum") for inner in inside
                              if inner["kind"] in ("RecordDecl", "EnumDecl")]
    return declaration


def declarations(compiler):
    tree = compiler.tree()
    place_files(tree, None)
    kinds = ("FunctionDecl", "TypedefDecl", "EnumDecl", "RecordDecl", "VarDecl")
    return [declaration_of(node, header_of(node))
            for node in tree["inner"] if node["kind"] in kinds and header_of(node)]


def structs(declared):
    """Those with members: a handle has none."""
    return [d for d in declared if d.kind in ("struct", "union") and d.members]


# --- macros ---


def macros(compiler):
    """Every macro that the public headers add to what stddef.h and stdint.h define, classified and evaluated."""
    definition = re.compile(r"#define (\w+)(\([^)]*\))? ?(.*)")
    standard = set(compiler.preprocess("#include <stddef.h>\n#include <stdint.h>\n", "-dM").splitlines())
    added = [line for line in compiler.preprocess(compiler.includes, "-dM").splitlines() if line not in standard]
    found = sorted((Macro(m.group(1), m.group(2) or "", m.group(3)) for m in map(definition.match, added)),
                   key=lambda macro: macro.name)
    guards = {"AIM_" + re.sub(r"\W", "_", header).upper() for header in compiler.headers}
    for macro in found:
        if macro.parameters:
            macro.kind = "macro"
        elif macro.name in guards and not macro.body:
            macro.kind = "guard"
        elif not macro.body or re.match(r"__|\[\[|extern\b|_[A-Z]", macro.body):
            macro.kind = "mark"
        else:
            # The version of the headers is the one constant whose value a release has to change.
            macro.kind = "version" if re.match(r"AIM_VERSION(_|$)", macro.name) else "constant"
    evaluate(compiler, [macro for macro in found if macro.kind in ("constant", "version")])
    return found


def evaluate(compiler, constants):
    choices = ", ".join(f"{kind}: {i + 1}" for i, kind in enumerate(LITERAL_TYPES))
    classes = compiler.values([f"_Generic(({c.name}), char *: 0, {choices}, default: -1)" for c in constants])
    for constant, number in zip(constants, classes):
        constant.type = "string" if number == 0 else LITERAL_TYPES[number - 1] if number > 0 else "other"
    integers = [c for c in constants if c.type not in ("string", "other")]
    for constant, value in zip(integers, compiler.values([c.name for c in integers])):
        constant.value = str(value)
    strings = [c for c in constants if c.type == "string"]
    text = "".join(f"static const char string_{c.name}[] = {c.name};\n" for c in strings)
    found = {node["name"]: first_value(node) for node in compiler.tree(text)["inner"]
             if node.get("name", "").startswith("string_")}
    for constant in strings:
        constant.value = found["string_" + constant.name]


# --- layouts ---


def layouts(compiler, declared, target):
    """Size, alignment and members of every public struct on one target."""
    wanted = []
    for struct in structs(declared):
        whole = f"{struct.kind} {struct.name}"
        wanted.append((struct.name, None, f"sizeof({whole})"))
        wanted.append((struct.name, None, f"_Alignof({whole})"))
        for member in struct.members:
            if not member.is_bitfield and member.name:
                wanted.append((struct.name, member.name, f"__builtin_offsetof({whole}, {member.name})"))
                wanted.append((struct.name, member.name, f"sizeof((({whole} *)0)->{member.name})"))
    values = iter(compiler.values([expression for _, _, expression in wanted], target))
    result = {}
    for (struct, member, _), first, second in zip(wanted[::2], values, values):
        if member is None:
            result[struct] = Layout(first, second, {})
        else:
            result[struct].members[member] = (first, second)
    return result


def facts(include, clang="clang"):
    compiler = Compiler(include, clang)
    declared = declarations(compiler)
    targets = [target for model in MODELS.values() for target in model]
    return Facts(declared, macros(compiler), {target: layouts(compiler, declared, target) for target in targets})


# --- the library ---


def library_symbols(library):
    """The SONAME of a shared library and its exported symbols as (name, version node, type)."""
    soname = re.search(r"\(SONAME\).*\[(.*)\]", run(["readelf", "-dW", library]))
    symbols = []
    for line in run(["readelf", "--dyn-syms", "-W", library]).splitlines():
        words = line.split()
        # A version node is an absolute object; "@@" marks the version that a program links to.
        if len(words) < 8 or not words[0].endswith(":") or words[6] in ("UND", "ABS", "Ndx"):
            continue
        name, _, node = words[7].partition("@")
        symbols.append((name, node.lstrip("@") or "-", words[3]))
    return soname.group(1) if soname else "", sorted(symbols)
