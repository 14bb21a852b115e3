"""Captures the schema that an MLflow release makes on a database server, for `src/stores/sql/schema/servers/`.

Run it with a Python that has the release and the driver of the URI, on an empty database, with `pg_dump` on the PATH for
PostgreSQL:

    python scripts/captureServerSchemas.py postgresql+psycopg2://user:password@127.0.0.1:5432/empty

MLflow itself makes the tables; then the server is asked for the statements that make the same again, without owners and
without the character set, which a database chooses for itself. For a new MLflow: run this for PostgreSQL and for MariaDB
and add the files to `schema/servers/serverSchemas.ts`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import inspect, make_url, text

from mlflow.store.db.utils import create_sqlalchemy_engine_with_retry
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

TARGET = Path(__file__).resolve().parent.parent / "src" / "stores" / "sql" / "schema" / "servers"
# The store writes these rows itself, with its own artifact root and times.
OWN_ROWS = ("experiments", "alembic_version")
TABLE_OPTIONS = r"\) ENGINE=InnoDB(?: AUTO_INCREMENT=\d+)?(?: DEFAULT CHARSET=\w+)?(?: COLLATE=\w+)?$"


def postgresql_statements(url) -> list[str]:
    dump = subprocess.run(
        [
            *("pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--no-comments"),
            *("--host", url.host, "--port", str(url.port or 5432), "--username", url.username, url.database),
        ],
        env={**os.environ, "PGPASSWORD": url.password},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [
        # Without the schema they go where the connection's search path says.
        re.sub(r"\bpublic\.", "", line)
        for line in dump.splitlines()
        if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config"))
    ]
    # The server takes them together: bodies of functions have semicolons of their own.
    return ["\n".join(lines)]


def mysql_statements(connection, tables: list[str]) -> list[str]:
    statements = [connection.execute(text(f"SHOW CREATE TABLE `{table}`")).one()[1] for table in tables]
    triggers = [row[0] for row in connection.execute(text("SHOW TRIGGERS"))]
    statements += [connection.execute(text(f"SHOW CREATE TRIGGER `{trigger}`")).one()[2] for trigger in triggers]
    statements = [
        re.sub(TABLE_OPTIONS, ") ENGINE=InnoDB", re.sub(r" DEFINER=\S+", "", statement)) for statement in statements
    ]
    # Tables refer to later ones.
    return ["SET SESSION foreign_key_checks = 0", *statements, "SET SESSION foreign_key_checks = 1"]


def main() -> None:
    uri = sys.argv[1]
    url = make_url(uri)
    with tempfile.TemporaryDirectory() as artifacts:
        SqlAlchemyStore(uri, artifacts)
    engine = create_sqlalchemy_engine_with_retry(uri)
    tables = sorted(inspect(engine).get_table_names())
    with engine.connect() as connection:
        statements = (
            postgresql_statements(url)
            if engine.dialect.name == "postgresql"
            else mysql_statements(connection, tables)
        )
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        seeds = {}
        for table in tables:
            rows = connection.execute(all_rows(engine, table)).mappings().all()
            if rows and table not in OWN_ROWS:
                seeds[table] = [dict(row) for row in rows]
    content = {
        "revision": revision,
        "statements": [statement.splitlines() for statement in statements],
        "seeds": seeds,
    }
    TARGET.mkdir(parents=True, exist_ok=True)
    kind = "postgresql" if engine.dialect.name == "postgresql" else "mariadb"
    file = TARGET / f"{kind}-{revision}.json"
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"{file.name}: {len(statements)} statements, seeds in {', '.join(seeds) or 'no table'}")


def all_rows(engine, table: str):
    quoted = engine.dialect.identifier_preparer.quote(table)
    return text(f"SELECT * FROM {quoted}")


if __name__ == "__main__":
    main()
