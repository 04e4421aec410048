# SPDX-License-Identifier: Apache-2.0
"""`ws debug --ide`: a launch configuration for Visual Studio Code's C++ extension, and the task that starts QEMU for it."""

import json

from ..paths import DESIGNS, ROOT, shown
from ..problem import Problem

FOLDER = ROOT / ".vscode"
START = "${workspaceFolder}/scripts/gdb/start.py"


def main() -> int:
    files = {"launch.json": _launch(), "tasks.json": _tasks()}
    for name in files:
        if (FOLDER / name).exists():
            raise Problem(f"{shown(FOLDER / name)} is there already and is left alone: move it away first")
    FOLDER.mkdir(exist_ok=True)
    for name, content in files.items():
        (FOLDER / name).write_text(json.dumps(content, indent=4) + "\n", encoding="utf-8")
        print(f"ws debug: wrote {shown(FOLDER / name)}")
    return 0


def _socket(design: str) -> str:
    return f"/tmp/worldswitch-{design}.gdb"


def _task(design: str) -> str:
    return f"Worldswitch: QEMU waits for GDB ({design})"


def _launch() -> dict:
    return {"version": "0.2.0", "configurations": [{
        "name": f"Worldswitch, {design}",
        "type": "cppdbg",
        "request": "launch",
        "preLaunchTask": _task(design),
        "program": "${workspaceFolder}/build/hyp/hyp/full/hyp-" + design,
        "cwd": "${workspaceFolder}",
        "MIMode": "gdb",
        "miDebuggerPath": "gdb-multiarch",
        "miDebuggerServerAddress": _socket(design),
        "stopAtConnect": True,
        # The extension connects by itself; start.py then adds the symbols and the commands: -exec hyp world.
        "postRemoteConnectCommands": [{"text": f"source {START}"}],
    } for design in DESIGNS]}


def _tasks() -> dict:
    return {"version": "2.0.0", "inputs": [
        {"id": "guest", "type": "promptString", "description": "Guest", "default": "hypercall"}], "tasks": [{
        "label": _task(design),
        "type": "shell",
        "command": f"scripts/ws debug --design {design} --guest ${{input:guest}} --serve {_socket(design)}",
        "isBackground": True,
        "problemMatcher": {"pattern": {"regexp": "^$"}, "background": {
            "activeOnStart": True, "beginsPattern": "^ws debug:", "endsPattern": "^ws debug: QEMU waits"}},
    } for design in DESIGNS]}
