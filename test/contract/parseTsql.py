"""Reads statements as a JSON list and answers how many are T-SQL, and which are not and why.

The one grammar refuses what belongs to other systems (LIMIT, a sort by a condition, rows that are compared), but knows
neither MERGE nor OPENJSON; the other knows those, and takes more than it should of everything else.
"""

import json
import re
import sys
import typing
import warnings

# The runtime of the first grammar is older than Python 3.13, which has no such module any more.
sys.modules.setdefault("typing.io", typing)
warnings.simplefilter("ignore")

from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from antlr_tsql.antlr_py.tsqlLexer import tsqlLexer
from antlr_tsql.antlr_py.tsqlParser import tsqlParser
from sqlfluff.core import Linter

linter = Linter(dialect="tsql")


class FirstError(ErrorListener):
    message = None

    def syntaxError(self, recognizer, symbol, line, column, message, error):
        self.message = self.message or f"{column}: {message[:200]}"


def strict_error(statement):
    text = re.sub(r"openjson\(@\d+\) with \([^)]*\)", "list(1)", statement)
    errors = FirstError()
    lexer = tsqlLexer(InputStream(text.upper()))
    parser = tsqlParser(CommonTokenStream(lexer))
    for each in (lexer, parser):
        each.removeErrorListeners()
        each.addErrorListener(errors)
    parser.tsql_file()
    return errors.message


def lenient_error(statement):
    parsed = linter.parse_string(statement + "\n")
    if parsed.violations:
        return str(parsed.violations[0])
    return "not understood" if "unparsable" in parsed.tree.descendant_type_set else None


def main():
    statements = json.load(sys.stdin)
    refused = []
    for statement in statements:
        is_merge = "merge into" in statement
        error = lenient_error(statement) if is_merge else strict_error(statement)
        if error is None and "openjson" in statement and not is_merge:
            json_call = re.search(r"select \"item\" from openjson\(@\d+\) with \([^)]*\)", statement)
            error = lenient_error(json_call.group(0))
        if error is not None:
            refused.append([statement, error])
    json.dump({"refused": refused, "parsed": len(statements) - len(refused)}, sys.stdout)


main()
