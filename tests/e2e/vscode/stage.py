"""A real VS Code: plays a scenario of `scenarios.mjs` in it and answers what was seen."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.vscode_package import build, without

HERE = Path(__file__).parent
SECONDS = 300
VSIX = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata><Identity Language="en-US" {identity}/></Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation><Dependencies/>
<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"/></Assets>
</PackageManifest>"""
CONTENT_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension=".json" ContentType="application/json"/>
<Default Extension=".js" ContentType="application/javascript"/>
<Default Extension=".vsixmanifest" ContentType="text/xml"/></Types>"""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the parts are; each scenario is played in a fresh window with fresh settings."""

    host: Path
    chromium: str
    vsix: Path
    server: tuple[str, ...]
    folder: Path

    def play(
        self,
        scenario: str,
        *,
        settings: dict[str, object] | None = None,
        restricted: bool = False,
        beside: tuple[Path, ...] = (),
    ) -> dict[str, Any]:
        """What was seen. A scenario that gets stuck fails the test with all that it said."""
        place = self.folder / scenario
        for name in ("home", "workspace", "pictures"):
            (place / name).mkdir(parents=True)
        config = {
            "host": str(self.host),
            "chromium": self.chromium,
            "extensions": [str(self.vsix), *(str(packed(one, place)) for one in beside)],
            "port": free_port(),
            "home": str(place / "home"),
            "workspace": str(place / "workspace"),
            "pictures": str(place / "pictures"),
            "settings": settings or {},
            "machineSettings": {"bandmaster.command": list(self.server)},
            "restricted": restricted,
        }
        (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return self._drive(scenario, place)

    def _drive(self, scenario: str, place: Path) -> dict[str, Any]:
        driver = subprocess.Popen(
            [self.host / "node", HERE / "drive.mjs", scenario, place / "config.json"],
            env=environment(place / "home"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with driver, ended_at_last(driver):
            seen, said = driver.communicate(timeout=SECONDS)
        assert driver.returncode == 0, f"{scenario}, pictures in {place}\n{said}"
        return json.loads(seen)


def packed(extension: Path, folder: Path) -> Path:
    """The extension in a folder of sources, as VS Code installs one."""
    manifest = json.loads((extension / "package.json").read_text(encoding="utf-8"))
    package = folder / f"{manifest['name']}.vsix"
    identity = f'Id="{manifest["name"]}" Version="1.0.0" Publisher="{manifest["publisher"]}"'
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("extension.vsixmanifest", VSIX.format(identity=identity))
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for file in extension.iterdir():
            archive.write(file, f"extension/{file.name}")
    return package


@contextlib.contextmanager
def ended_at_last(driver: subprocess.Popen[str]):
    """Ends the driver, and all that it started, whatever happens in between."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)


def environment(home: Path) -> dict[str, str]:
    """Enough to run programs, and nothing of the person's: no keys, no endpoints, no settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"HOME": str(home), "BANDMASTER_HOME": str(home / "bandmaster")}


def stage_in(folder: Path) -> Stage:
    """The stage with the real server; ends the test when this machine was not set up for it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not (host_folder() / "ready").exists():
        without("there is no VS Code for tests; run tests/e2e/vscode/setup.sh")
    vsix = build(folder, "package") / "bandmaster.vsix"
    server = Path(sys.executable).with_name("bandmaster")
    return Stage(host_folder(), chromium, vsix, (str(server), "lsp"), folder)


def host_folder() -> Path:
    """Where setup.sh has installed VS Code."""
    named = os.environ.get("BANDMASTER_VSCODE_HOST")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else cache / "bandmaster-tests" / "vscode-host"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
