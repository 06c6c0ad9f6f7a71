"""How a wheel gets its libaim.

From the sources of libaim, or with AIM_LIBRARY naming a libaim.so, the wheel carries the library: py3-none-PLATFORM.
From an sdist it uses the libaim that is installed here, and remembers where that is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
LIBYAML_LICENSES = [
    "/usr/share/doc/libyaml-dev/copyright",
    "/usr/share/licenses/libyaml/License",
    "/usr/share/licenses/libyaml/LICENSE",
]


def run(*command: str) -> str:
    """What a program writes; what it says when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def is_in_project() -> bool:
    """Whether the sources of libaim are around this folder."""
    return (PROJECT / "lib" / "aim.map").exists() and (PROJECT / "bindings" / "api.json").exists()


def static_libyaml() -> list[str]:
    """What makes CMake take libyaml's archive; nothing where there is none."""
    machine = sysconfig.get_config_var("MULTIARCH") or ""
    for folder in (
        os.environ.get("LibYAML_ROOT", "") + "/lib",
        f"/usr/lib/{machine}",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
    ):
        if folder.startswith("/") and (Path(folder) / "libyaml.a").exists():
            return [f"-DLibYAML_LIBRARY={folder}/libyaml.a"]
    return []


def build_library(folder: Path) -> Path:
    """The core of libaim, and nothing of the project beside it."""
    run(
        "cmake",
        "-S",
        str(PROJECT),
        "-B",
        str(folder),
        "-DCMAKE_BUILD_TYPE=Release",
        "-DBUILD_SHARED_LIBS=ON",
        "-DAIM_BUILD_CURL=OFF",
        "-DAIM_BUILD_TOOL=OFF",
        "-DAIM_BUILD_EXAMPLES=OFF",
        "-DAIM_BUILD_TESTS=OFF",
        *static_libyaml(),
    )
    run("cmake", "--build", str(folder), "--parallel", "2")
    return folder / "libaim.so"


def needed(library: Path) -> list[str]:
    """The libraries that a library needs; none where nobody can tell."""
    if not shutil.which("readelf"):
        return []
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-dW", str(library)))


def platform_tag(library: Path) -> str:
    """The platform that the library runs on: with the glibc that it needs, where that can be told."""
    platform = re.sub(r"[^a-z0-9]", "_", sysconfig.get_platform())
    if not platform.startswith("linux_") or not shutil.which("readelf"):
        return platform
    if [name for name in needed(library) if not name.startswith(("libc.so", "libm.so", "ld-linux"))]:
        return platform  # it is for machines that have the rest, too
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", run("readelf", "--version-info", "-W", str(library)))
    if not versions:
        return platform
    major, minor = max((int(a), int(b)) for a, b in versions)
    return platform.replace("linux_", f"manylinux_{major}_{max(minor, 17)}_", 1)


def installed_folder() -> str:
    """The folder of the libaim that is installed here."""
    try:
        run("pkg-config", "--atleast-version=0.2", "libaim")
        return run("pkg-config", "--variable=libdir", "libaim").strip()
    except (OSError, RuntimeError) as error:
        raise RuntimeError(
            "an sdist of this package needs libaim 0.2 or later, installed where pkg-config finds libaim.pc "
            "(PKG_CONFIG_PATH), or AIM_LIBRARY naming a libaim.so to put into the wheel"
        ) from error


class Hook(BuildHookInterface[Any]):
    """Called by hatchling before it packs a wheel or an sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library and the licences."""
        self.folder = Path(tempfile.mkdtemp(prefix="aim-wheel-"))
        include = build_data["force_include"]
        license = PROJECT / "LICENSE" if is_in_project() else HERE / "LICENSE"
        if self.target_name == "sdist":
            include[str(license)] = "LICENSE"
            return
        if version == "editable":
            return  # the library is found as LIBAIM_PATH or the system says
        given = os.environ.get("AIM_LIBRARY")
        if not given and not is_in_project():
            note = self.folder / "installed-at.txt"
            note.write_text(installed_folder() + "\n", encoding="utf-8")
            include[str(note)] = "aim/_lib/installed-at.txt"
            tag = re.sub(r"[^a-z0-9]", "_", sysconfig.get_platform())
        else:
            library = Path(given) if given else build_library(self.folder / "build")
            copy = self.folder / "libaim.so"
            shutil.copyfile(library, copy)
            copy.chmod(0o755)
            include[str(copy)] = "aim/_lib/libaim.so"
            tag = platform_tag(copy)
            rest = [name for name in needed(copy) if name.startswith("libyaml")]
            if rest:
                self.app.display_warning(
                    f"libyaml is not inside this library: the wheel needs {', '.join(rest)} where it runs"
                )
            else:
                self.add_libyaml_license(include)
        include[str(license)] = "aim/_lib/LICENSE"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{tag}"

    def add_libyaml_license(self, include: dict[str, str]) -> None:
        """The licence of libyaml asks to be with its code."""
        for path in LIBYAML_LICENSES:
            if os.path.exists(path):
                include[path] = "aim/_lib/LICENSE.libyaml"
                return
        self.app.display_warning("the licence of libyaml is not installed here: add it before publishing this wheel")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Takes away what initialize() made."""
        shutil.rmtree(self.folder, ignore_errors=True)
