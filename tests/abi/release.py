"""What a later version may do to the lists of a released one of the same SONAME.

Symbols, functions, constants and structs may be added. A struct may grow at its end. Everything else is a break, and
each is a sentence that names the line.
"""
import dataclasses
import re


@dataclasses.dataclass
class Struct:
    size: int
    align: str
    members: list  # (name, offset, size, type) in order


def keyed_symbols(text):
    lines = [line for line in text.splitlines() if not line.startswith("soname ")]
    return {line: line for line in lines}


def keyed_functions(text):
    return {re.search(r"(\w+)\(", line).group(1): line for line in text.splitlines()}


def keyed_constants(text):
    """By name. The version of the headers is left out: a release has to change it."""
    return {re.match(r"\w+ (\w+)", line).group(1): line for line in text.splitlines()
            if not line.startswith("version ")}


def removed_or_changed(name, keyed, old, new):
    before, after = keyed(old), keyed(new)
    breaks = [f"{name}: removed: {line}" for key, line in before.items() if key not in after]
    breaks += [f"{name}: changed: {line}  ->  {after[key]}" for key, line in before.items()
               if key in after and after[key] != line]
    return breaks


def parse_layout(text):
    structs = {}
    for line in text.splitlines():
        words = line.split(None, 5)
        if not line.startswith(" "):
            name, _, size, _, align = words
            structs[name] = Struct(int(size), align, [])
        else:
            owner, member = words[0].split(".")
            structs[owner].members.append((member, int(words[2]), int(words[4]), words[5]))
    return structs


def changed_member(old, new):
    """What became of a member, or None. A spare member may get its name."""
    if old[1:] == new[1:] and (old[0] == new[0] or old[0].startswith("spare")):
        return None
    if old[0] != new[0]:
        return f"offset {old[1]} has {new[0]} instead"
    return f"offset {old[1]} size {old[2]} {old[3]}  ->  offset {new[1]} size {new[2]} {new[3]}"


def layout_breaks(name, old, new):
    breaks = []
    after = parse_layout(new)
    for struct, was in parse_layout(old).items():
        now = after.get(struct)
        if now is None:
            breaks.append(f"{name}: removed: {struct}")
            continue
        for index, member in enumerate(was.members):
            if index >= len(now.members):
                breaks.append(f"{name}: removed: {struct}.{member[0]}")
                continue
            change = changed_member(member, now.members[index])
            if change:
                breaks.append(f"{name}: changed: {struct}.{member[0]}: {change}")
        for member in now.members[len(was.members):]:
            # Inside the old size an older program left whatever its padding held.
            if member[1] < was.size:
                breaks.append(f"{name}: {struct}.{member[0]} was not added behind the end, which was at {was.size}")
        if now.size < was.size:
            breaks.append(f"{name}: {struct} shrank from {was.size} to {now.size} bytes")
        if now.align != was.align:
            breaks.append(f"{name}: the alignment of {struct} changed from {was.align} to {now.align}")
    return breaks


def breaks(old, new):
    """Every way in which the new lists break what the old ones promised."""
    found = []
    for name, keyed in [("symbols.txt", keyed_symbols), ("symbols-curl.txt", keyed_symbols),
                        ("functions.txt", keyed_functions), ("constants.txt", keyed_constants)]:
        # A library that did not exist then promised nothing.
        found += removed_or_changed(name, keyed, old.get(name, ""), new.get(name, ""))
    for name in ["layout-lp64.txt", "layout-ilp32.txt"]:
        found += layout_breaks(name, old[name], new[name])
    return found
