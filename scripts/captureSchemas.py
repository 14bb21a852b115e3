"""Captures the SQLite schemas that MLflow releases create, for `src/stores/sql/schema/`.

Run it with the Python of `examples/.venv`, which has every package that the captured code imports:

    examples/.venv/bin/python scripts/captureSchemas.py

Each release's own code (installed beside, without dependencies) makes an empty database. What
`sqlite_master` and the seeded tables then hold is written as one file per alembic revision; a file lists only what
differs from the revision before it. For a new MLflow: add its version below, run this, and add the line of a new
revision to `schema/capturedSchemas.ts`. `schema/chain.json` lists every revision that the newest release knows.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

# The first release of every minor version, and of the patches that moved the head, oldest first.
VERSIONS = (
    "2.2.2 2.3.0 2.4.0 2.8.0 2.13.0 2.13.1 2.15.0 2.17.0 2.18.0 "
    "3.0.0 3.1.0 3.1.1 3.2.0 3.3.0 3.4.0 3.5.0 3.6.0 3.7.0 3.8.0 3.9.0 3.10.0 3.11.1 3.12.0 3.13.0 3.14.0 3.15.0 3.16.0 3.17.0 3.18.0"
).split()

# What releases of every age can import; newer ones (SQLAlchemy 2.1, protobuf 6) break those before 3.8.
COMPANIONS = "sqlalchemy==2.0.44 alembic==1.13.3 protobuf==4.25.8 pytz==2025.2 setuptools==79.0.1 packaging==23.2 entrypoints==0.4 databricks-cli==0.18.0".split()
INSTALL = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"]

TARGET = Path(__file__).resolve().parent.parent / "src" / "stores" / "sql" / "schema"

CREATE = """
import sys
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
SqlAlchemyStore(sys.argv[1], sys.argv[2])
"""


def capture(version: str, companions: Path, folder: Path) -> dict:
    code = folder / "code"
    subprocess.run([*INSTALL, str(code), f"mlflow=={version}"], check=True)
    database = folder / "captured.db"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(code), str(companions)]),
        # The constraints list the members of Python sets.
        "PYTHONHASHSEED": "0",
    }
    subprocess.run(
        [sys.executable, "-c", CREATE, f"sqlite:///{database}", str(folder / "mlruns")],
        check=True,
        env=environment,
        cwd=folder,
    )
    return {**read(database), "mlflow": version, "chain": read_chain(code / "mlflow" / "store" / "db_migrations" / "versions")}


def read(database: Path) -> dict:
    connection = sqlite3.connect(database)
    statements = {
        f"{kind} {name}": sql
        for kind, name, sql in connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        )
    }
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    seeds = {}
    for key in statements:
        kind, name = key.split(" ", 1)
        # Experiment 0 and the version row are written by the store, with its own artifact root and times.
        if kind == "table" and name not in ("experiments", "alembic_version"):
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row)) for row in cursor]
            if rows:
                seeds[name] = rows
    connection.close()
    return {"revision": revision, "statements": statements, "seeds": seeds}


def read_chain(versions: Path) -> list[str]:
    """Revisions from the first to the head. Their files carry no order in name or date."""
    after = {}
    for file in versions.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        revision = re.search(r"^revision\b.*?=\s*['\"](\w+)['\"]", text, re.M)
        if revision:
            down = re.search(r"^down_revision\b.*?=\s*['\"](\w+)['\"]", text, re.M)
            after[down.group(1) if down else None] = revision.group(1)
    chain = []
    while (following := after.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return chain


def delta(before: dict, after: dict) -> dict:
    old, new = before.get("statements", {}), after["statements"]
    return {
        "revision": after["revision"],
        "mlflow": after["mlflow"],
        "drop": [key for key in old if key not in new],
        "create": {key: sql.split("\n") for key, sql in new.items() if old.get(key) != sql},
        "seeds": after["seeds"],
    }


def write_json(name: str, content: object) -> None:
    (TARGET / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    before: dict = {}
    with tempfile.TemporaryDirectory() as companions:
        subprocess.run([*INSTALL, companions, *COMPANIONS], check=True)
        for version in VERSIONS:
            with tempfile.TemporaryDirectory() as folder:
                captured = capture(version, Path(companions), Path(folder))
            print(f"{version}: {captured['revision']}, {len(captured['statements'])} objects", flush=True)
            if captured["revision"] != before.get("revision"):
                write_json(f"{captured['revision']}.json", delta(before, captured))
                before = captured
    write_json("chain.json", before["chain"])


if __name__ == "__main__":
    main()
