#!/usr/bin/env python3
"""Whether other readers read the YAML that libaim writes: every string comes back as the same string.

    yaml_readers_test.py WRITE_YAML

PyYAML reads YAML 1.1 and ruamel.yaml YAML 1.2; between them lie most of the words that somebody retypes. A reader that
is not installed is skipped.
"""
import importlib
import json
import os
import random
import subprocess
import sys

WORDS = """
y Y yes Yes YES n N no No NO on On ON off Off OFF true True TRUE false False FALSE null Null NULL ~ nil none None undefined
0 -0 +0 1 +1 -1 00 017 0777 0o7 0o17 0x10 0XFF 0b11 1_000 1_0.5 _1 1__0 1e3 1E3 1e+3 1e-3 1.5 1. .5 -.5 +.5 . .. ... .... 1:30
-1:30 1:30:00 12:30:45.5 190:20:30 190:20:30.15 1:60 .inf .Inf .INF -.inf +.inf .nan .NaN .NAN inf nan Infinity NaN
2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z = << <<: - -- --- ? ?? : :: # & * ! | > % @ ` ' " , [ ] { }
-a ?a :a #a &a *a !a |a >a %a @a `a 'a "a ,a [a ]a {a }a a- a? a: a# a& a* a! a| a> a% a@ a` a' a" a, a[ a] a{ a} |- >+ |2
[] {} [a] {a} {a:b} !!str !!int !<a> &a* *a: %YAML %TAG a:b a::b a#b http://a/b#c a=b a\\nb \\ \\x41 \\u0041 'a' "a" ''
5Gi 500m 64Gi 1k 0.8.5 1.2.3.4 0x 0o 0b 1e 1e+ e3 deadbeef 1234567e89 12e03 1,000 1.000,5 <a =a >= $(A) ${a} amd.com/gpu
""".split()
SENTENCES = [
    "", " ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", " a", "a ", " a ", "\ta", "a\t", "a\tb", "a\n", "\na", "a\nb", "a\n b", "a\n\n",
    "a\rb", "a\r\nb", "- a", "- - a", "? a", ": a", "a: b", "a:\tb", "a: ", "a :b", "a # b", "a\t# b", "a #", "# a", "a: - b", "--- a",
    "... a", "---\na", "%YAML 1.1", "!!str a", "& a", "* a", "[a, b]", "{a: b}", "a, b", "2001-12-14 21:59:43.10 -5", "1 000",
    "a  b", "key: |", "\x85", "a\x85b", "\u2028", "a\u2028b", "\u2029", "\u00a0", "\ufeff", "\ufeffa", "a\ufeff", "\ufffe", "\uffff",
    "\ufffd", "\x01", "\x07", "\x1b[0m", "\x7f", "\x80", "\x9f", "\u00e9", "e\u0301", "\u4e2d\u6587", "\U0001f600",
    "\U0001f468\u200d\U0001f469", "\U0010ffff", "\u202e", "\u200b", "x" * 200, "word " * 60, "word \n" * 60, "\"" * 50, "'" * 50, "\\" * 50,
]


def strings():
    """Every word and sentence, every character alone and in between, and random mixtures of all of them."""
    seed = int(os.environ.get("AIM_TEST_SEED", "20260101"))
    print(f"AIM_TEST_SEED={seed}")
    chance = random.Random(seed)
    characters = [chr(c) for c in range(1, 0x300)]
    mixed = ["".join(chance.choice(WORDS + SENTENCES + characters) for _ in range(chance.randint(2, 5))) for _ in range(3000)]
    return WORDS + SENTENCES + characters + [f"a{c}b" for c in characters] + mixed


def document(words):
    """A string in every place that it can have."""
    unique = list(dict.fromkeys(words))
    return {
        "values": words,
        "keys": {word: word for word in unique},
        "maps": [{"a": word, "z": [word]} for word in words],
        "lists": [[[word], word] for word in words],
    }


def read_with_pyyaml(text):
    return importlib.import_module("yaml").safe_load(text)


def read_with_ruamel(text):
    reader = importlib.import_module("ruamel.yaml").YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(text)


READERS = {
    "PyYAML, YAML 1.1": ("yaml", read_with_pyyaml),
    "ruamel.yaml, YAML 1.2": ("ruamel.yaml", read_with_ruamel),
}


def same(expected, actual, path=""):
    """The first place where two trees differ, or None."""
    if type(expected) is not type(actual):
        return f"{path}: {expected!r} came back as {actual!r}"
    if isinstance(expected, dict):
        if set(expected) != set(actual):
            return f"{path}: keys {sorted(set(expected) ^ set(actual), key=str)[:4]!r}"
        pairs = ((expected[key], actual[key], f"{path}/{key}") for key in expected)
    elif isinstance(expected, list):
        if len(expected) != len(actual):
            return f"{path}: {len(expected)} items came back as {len(actual)}"
        pairs = ((left, right, f"{path}/{i}") for i, (left, right) in enumerate(zip(expected, actual)))
    else:
        return None if expected == actual else f"{path}: {expected!r} came back as {actual!r}"
    return next((difference for difference in (same(*pair) for pair in pairs) if difference), None)


def main():
    writer = sys.argv[1]
    expected = document(strings())
    written = subprocess.run([writer], input=json.dumps(expected).encode(), stdout=subprocess.PIPE, check=True)
    text = written.stdout.decode()
    passed = failed = skipped = 0
    for name, (module, read) in READERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"SKIP {name}: there is no Python module {module}")
            skipped += 1
            continue
        try:
            difference = same(expected, read(text))
        except Exception as problem:  # whatever the reader raises is a string that it cannot read
            difference = f"{type(problem).__name__}: {problem}"
        if difference:
            print(f"FAIL {name}: {difference}")
            failed += 1
        else:
            print(f"PASS {name}")
            passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
