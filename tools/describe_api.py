#!/usr/bin/env python3
"""Writes bindings/api.json: the public API as data, for whoever makes a binding.

  describe_api.py [SOURCE_FOLDER]          writes SOURCE_FOLDER/bindings/api.json
  describe_api.py --check [SOURCE_FOLDER]  says what is stale, and writes nothing

Declarations, types, values and sizes come from clang (tests/abi/facts.py). What a constant is for is not in clang's
syntax tree, because the preprocessor has eaten it: that text alone is read from the headers. The same headers give the
same bytes. Exit codes: 0, 1 when stale or not to be described, 2 for wrong usage, 77 when there is no clang.
"""

import difflib
import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True  # the source folder may be read-only

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(HERE, "tests"))

from abi import facts  # noqa: E402

LIBRARIES = {"aim/curl.h": "aim-curl"}  # every other header is about the core


class DescriptionError(Exception):
    """A declaration that does not say what a description needs."""


# --- comments as clang sees them ---


def words(text):
    return " ".join(text.split())


def strings(node):
    """The text below a node of a comment; the name of an inline command is not part of it."""
    return node.get("text", "") + " ".join(strings(inner) for inner in node.get("inner", []))


def comment_parts(node):
    """{"doc", "since", "returns", "see": […], "parameters": {…}, "codes": {…}} of a declaration."""
    found = {"doc": "", "since": "", "returns": "", "see": [], "parameters": {}, "codes": {}}
    comments = [inner for inner in node.get("inner", []) if inner["kind"] == "FullComment"]
    for part in (inner for comment in comments for inner in comment.get("inner", [])):
        text = words(strings(part))
        if part["kind"] == "ParagraphComment":
            found["doc"] = f"{found['doc']}\n\n{text}".strip() if text else found["doc"]
        elif part["kind"] == "ParamCommandComment":
            found["parameters"][part["param"]] = text
        elif part["kind"] == "BlockCommandComment":
            take_command(found, part["name"], text)
    return found


def take_command(found, name, text):
    if name in ("return", "returns"):
        found["returns"] = text
    elif name == "retval":
        code, _, why = text.partition(" ")
        found["codes"][code] = why.strip()
    elif name == "see":
        found["see"].append(text)
    elif name == "since":
        found["since"] = text


# --- types ---


def callback_of(kind):
    """The result and parameters of a pointer to a function, or None."""
    match = re.fullmatch(r"(.*?) ?\(\*\)\((.*)\)", kind)
    if not match:
        return None
    parameters = [p.strip() for p in match.group(2).split(",")]
    return {"result": match.group(1), "parameters": [] if parameters == ["void"] else parameters}


def typed(kind):
    described = {"type": kind}
    callback = callback_of(kind)
    if callback:
        described["callback"] = callback
    return described


# --- what clang declares ---


def function(node, header):
    comment = comment_parts(node)
    parameters = []
    for inner in node.get("inner", []):
        if inner["kind"] == "ParmVarDecl":
            name = inner.get("name", "")
            parameters.append(
                {"name": name, **typed(inner["type"]["qualType"]), "doc": comment["parameters"].get(name, "")}
            )
    signature = node["type"]["qualType"]
    described = {
        "name": node["name"],
        "header": header,
        "library": LIBRARIES.get(header, "aim"),
        "since": comment["since"],
        "doc": comment["doc"],
        "result": {"type": signature[: signature.index("(")].rstrip(), "doc": comment["returns"]},
        "parameters": parameters,
    }
    for name in ("codes", "see"):
        if comment[name]:
            described[name] = comment[name]
    return described


def struct(node, header, comment, sizes):
    members = []
    for inner in node["inner"]:
        if inner["kind"] == "FieldDecl":
            # clang's comment of a pointer to a function is that of the member.
            members.append(
                {"name": inner["name"], **typed(inner["type"]["qualType"]), "doc": comment_parts(inner)["doc"]}
            )
    return {
        "name": node["name"],
        "header": header,
        "library": LIBRARIES.get(header, "aim"),
        "since": comment["since"],
        "doc": comment["doc"],
        "size": sizes[node["name"]],
        "members": members,
    }


def declared(compiler, sizes):
    tree = compiler.tree()
    facts.place_files(tree, None)
    ours = [(node, facts.header_of(node)) for node in tree["inner"] if facts.header_of(node)]
    # The comment in front of "typedef struct x {...} x" may hang at the typedef alone.
    comments = {}
    for node, _ in ours:
        if node["kind"] in ("TypedefDecl", "RecordDecl"):
            comment = comment_parts(node)
            if comment["doc"]:
                comments[node["name"]] = comment
    functions, structs, handles, types = [], [], [], []
    whole = {node["name"] for node, _ in ours if node["kind"] == "RecordDecl" and node.get("completeDefinition")}
    for node, header in ours:
        name = node.get("name", "")
        comment = comments.get(name, comment_parts(node))
        if node["kind"] == "FunctionDecl":
            functions.append(function(node, header))
        elif node["kind"] == "RecordDecl" and node.get("completeDefinition"):
            structs.append(struct(node, header, comment, sizes))
        elif node["kind"] == "TypedefDecl" and name not in whole:
            plain = {
                "name": name,
                "header": header,
                "library": LIBRARIES.get(header, "aim"),
                "since": comment["since"],
                "doc": comment["doc"],
            }
            kind = node["type"]["qualType"]
            (handles if kind == f"struct {name}" else types).append(
                plain if kind == f"struct {name}" else {**plain, "type": kind}
            )
    return functions, structs, handles, types


def sizes_of(all_facts):
    """{struct: {"lp64": bytes, "ilp32": bytes}}"""
    return {
        name: {model: all_facts.layouts[targets[0]][name].size for model, targets in facts.MODELS.items()}
        for name in all_facts.layouts[facts.MODELS["lp64"][0]]
    }


# --- what the preprocessor has eaten ---


COMMENT = re.compile(r"/\*\*<?(.*?)\*/", re.S)
DEFINE = re.compile(r"#define (AIM_\w+) ")


def plain_comment(text):
    """(the text of a comment without its stars, what follows @since)"""
    text = words(re.sub(r"^\s*\*(?!/)", "", text, flags=re.M)).removesuffix("@{").strip()
    since = re.search(r"@since (\S+)", text)
    return re.sub(r"@(since|see) \S+( \S+\.md)?", "", text).strip(), since.group(1).rstrip(".") if since else ""


def constant_docs(path):
    """{constant: (doc, since, group)} of one header."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found, group, before = {}, None, None
    tokens = sorted(
        [(m.start(), m) for m in COMMENT.finditer(text)] + [(m.start(), m) for m in DEFINE.finditer(text)],
        key=lambda token: token[0],
    )
    for _, token in tokens:
        if token.re is DEFINE:
            found[token.group(1)] = before or ("", "", group)
            last, before = token.group(1), None
            continue
        doc, since = plain_comment(token.group(1))
        name = re.match(r"@name (.*)", doc)
        if token.group(0).startswith("/**<"):
            line = text[text.rfind("\n", 0, token.start()) + 1 : token.start()]
            if DEFINE.match(line):
                found[last] = (doc, since, group)
        elif name:
            title = re.split(r"\s*\n|  ", re.search(r"@name ([^\n]*)", token.group(1)).group(1))[0].strip()
            group = {"title": title, "since": since}
        elif doc == "@}":
            group = None
        else:
            before = (doc, since, group)
            # A comment that something else than a constant follows belongs to that.
            if not re.match(r"\s*#define", text[token.end() :]):
                before = None
    return found


def constants(macros, include, headers):
    docs = {}
    for header in headers:
        for name, found in constant_docs(os.path.join(include, "aim", header)).items():
            docs[name] = (f"aim/{header}", *found)
    described = []
    order = {name: i for i, name in enumerate(docs)}
    wanted = [m for m in macros if m.kind in ("constant", "version")]
    for macro in sorted(wanted, key=lambda m: order[m.name]):
        header, doc, since, group = docs[macro.name]
        value = int(macro.value) if macro.type != "string" else json.loads(macro.value)
        described.append(
            {
                "name": macro.name,
                "header": header,
                "library": LIBRARIES.get(header, "aim"),
                "since": since or (group or {}).get("since", ""),
                "type": macro.type,
                "value": value,
                "doc": doc,
                **({"group": group["title"]} if group else {}),
            }
        )
    return described


# --- the whole ---


def describe(source):
    include = os.path.join(source, "include")
    all_facts = facts.facts(include)
    compiler = facts.Compiler(include)
    functions, structs, handles, types = declared(compiler, sizes_of(all_facts))
    described = {
        "comment": "Made by tools/describe_api.py from include/aim. Do not edit.",
        "types": types,
        "handles": handles,
        "constants": constants(all_facts.macros, include, compiler.headers),
        "structs": structs,
        "functions": functions,
    }
    missing = [
        f"{entry['name']}: no @since"
        for kind in ("types", "handles", "constants", "structs", "functions")
        for entry in described[kind]
        if not entry["since"]
    ]
    missing += [
        f"{f['name']}: @param {p['name']} is missing" for f in functions for p in f["parameters"] if not p["doc"]
    ]
    missing += [f"{s['name']}.{m['name']}: no comment" for s in structs for m in s["members"] if not m["doc"]]
    missing += [f"{c['name']}: no comment" for c in described["constants"] if not c["doc"]]
    if missing:
        raise DescriptionError("\n".join(missing))
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def main(arguments):
    check = arguments[:1] == ["--check"]
    arguments = arguments[check:]
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    source = arguments[0] if arguments else HERE
    if not shutil.which("clang"):
        print("describe_api.py: there is no clang", file=sys.stderr)
        return 77
    target = os.path.join(source, "bindings", "api.json")
    try:
        text = describe(source)
    except (facts.CompilerError, DescriptionError) as error:
        print(f"describe_api.py: {error}", file=sys.stderr)
        return 1
    if not check:
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    try:
        with open(target, encoding="utf-8") as file:
            old = file.read()
    except FileNotFoundError:
        old = ""
    if old != text:
        sys.stderr.writelines(
            difflib.unified_diff(old.splitlines(True), text.splitlines(True), "bindings/api.json", "the headers", n=1)
        )
        print("bindings/api.json is stale: run tools/describe_api.py", file=sys.stderr)
    return int(old != text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
