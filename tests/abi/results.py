"""PASS, FAIL and SKIP lines, and the count at the end."""


class Results:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, problems):
        """A test passes when it has no problems."""
        if not problems:
            print(f"PASS {name}")
            self.passed += 1
            return
        print(f"FAIL {name}")
        for problem in problems:
            print(f"    {problem}")
        self.failed += 1

    def skip(self, name, why):
        print(f"SKIP {name}: {why}")
        self.skipped += 1

    def report(self):
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""))
        return 1 if self.failed else 0
