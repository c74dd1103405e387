"""Installations for drills: each has a database, a storage and a folder of its own, and its commands run in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.servers import ROOT, Server

SECRET = "storm-" * 8


class Place:
    """An installation in a folder. All places of one folder share its backups."""

    def __init__(self, url: str, folder: Path, name: str, **settings: str) -> None:
        self.url, self.folder, self.backups = url, folder / name, folder / "backups"
        self.environment = {
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            "WARD_MODE": "production",
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "TARGET_DATE": "2026-03-31",
            "INSTANCE_FOLDER": str(self.folder),
            "BACKUP_FOLDER": str(self.backups),
        } | settings

    def start(self, *words: str, largest_file: int | None = None) -> subprocess.Popen[str]:
        """Start a command. With ``largest_file`` no file grows beyond so many bytes, as on a disk that is full."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        limit = ["prlimit", f"--fsize={largest_file}"] if largest_file else []
        return subprocess.Popen(
            limit + command,
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, largest_file: int | None = None) -> tuple[int, str]:
        """Run a command to its end. Gives how it ended, and what it said."""
        process = self.start(*words, largest_file=largest_file)
        said, _ = process.communicate()
        return process.returncode, said.strip()

    def must(self, *words: str) -> str:
        """The same where it has to succeed."""
        code, said = self.run(*words)
        if code:
            raise RuntimeError(f"{' '.join(words)}: {said}")
        return said

    def serve(self, kind: str, module: str = "wsgi", workers: int = 4) -> Server:
        """A server that serves this place once it is entered, with the application of a module; ``workers`` are those of gunicorn."""
        return Server(kind, self.environment, module, workers)
