import { describe, expect, test } from 'vitest';
import { ErrorFinder, type ErrorPlace } from '../../../src/launch/console/errorFinder';

function find(output: string): ErrorPlace | undefined {
  const finder = new ErrorFinder('/home/ada/iris');
  for (const line of output.trimEnd().split('\n')) {
    finder.read(line);
  }
  return finder.find();
}

/** As Python 3.11 and Node 24 have printed them. */
const PYTHON_LIBRARY = `epoch 1: loss=0.5
Traceback (most recent call last):
  File "/home/ada/iris/train.py", line 4, in <module>
    f()
  File "/home/ada/shared/load.py", line 3, in f
    json.loads("{")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/home/ada/iris/.venv/lib/python3.11/site-packages/fast/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
               ^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting property name: line 1 column 2 (char 1)
`;
const PYTHON_CHAIN = `Traceback (most recent call last):
  File "/home/ada/iris/train.py", line 3, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/ada/iris/train.py", line 5, in <module>
    raise E("a\\nb") from e
E: a
b
closing the log
`;
const PYTHON_SYNTAX = `Traceback (most recent call last):
  File "<frozen runpy>", line 189, in _run_module_as_main
  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed
  File "/home/ada/iris/net.py", line 2
    x = (
        ^
SyntaxError: '(' was never closed
`;
const PYTHON_RECURSION = `Traceback (most recent call last):
  File "train.py", line 2, in <module>
    f(0)
  File "train.py", line 1, in f
    def f(n): return f(n+1)
                     ^^^^^^
  [Previous line repeated 996 more times]
RecursionError: maximum recursion depth exceeded
`;
const NODE_LIBRARY = `/home/ada/iris/node_modules/lib/index.js:1
exports.f = x => { throw new TypeError('bad ' + x); };
                   ^

TypeError: bad 3
    at exports.f (/home/ada/iris/node_modules/lib/index.js:1:26)
    at go (/home/ada/iris/train.js:2:21)
    at Object.<anonymous> (/home/ada/iris/train.js:3:1)
    at Module._compile (node:internal/modules/cjs/loader:1929:14)

Node.js v24.21.0
`;
const NODE_CAUSE = `file:///home/ada/my%20iris/train.mjs:3
  throw new Error("one\\ntwo", { cause: new Error("deep") });
        ^

Error: one
two
    at f (file:///home/ada/my%20iris/train.mjs:3:9)
    at async file:///home/ada/my%20iris/train.mjs:5:1 {
  [cause]: Error: deep
      at g (file:///home/ada/my%20iris/deep.mjs:3:40)
      at async file:///home/ada/my%20iris/train.mjs:5:1
}

Node.js v24.21.0
`;
const NODE_SYNTAX = `file:///home/ada/iris/net.mjs:1
const x = ;
          ^

SyntaxError: Unexpected token ';'
    at compileSourceTextModule (node:internal/modules/esm/utils:319:16)
    at ModuleLoader.moduleStrategy (node:internal/modules/esm/translators:89:18)

Node.js v24.21.0
`;
const NODE_SYSTEM = `node:fs:621
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open 'nope'
    at Object.openSync (node:fs:621:18)
    at file:///home/ada/iris/train.mjs:2:4
    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:101:5) {
  errno: -2,
  code: 'ENOENT'
}

Node.js v24.21.0
`;

describe('the place of an error', () => {
  test.each([
    [
      'the innermost line of the person’s own, under libraries',
      PYTHON_LIBRARY,
      {
        file: '/home/ada/shared/load.py',
        line: 3,
        message: 'json.decoder.JSONDecodeError: Expecting property name: line 1 column 2 (char 1)',
      },
    ],
    [
      'the last error of a chain, with the first line of its message',
      PYTHON_CHAIN,
      { file: '/home/ada/iris/train.py', line: 5, message: 'E: a' },
    ],
    [
      'a SyntaxError of Python',
      PYTHON_SYNTAX,
      { file: '/home/ada/iris/net.py', line: 2, message: "SyntaxError: '(' was never closed" },
    ],
    [
      'a relative path, as before Python 3.9, from the folder of the script',
      PYTHON_RECURSION,
      {
        file: '/home/ada/iris/train.py',
        line: 1,
        message: 'RecursionError: maximum recursion depth exceeded',
      },
    ],
    [
      'the innermost own line of Node',
      NODE_LIBRARY,
      { file: '/home/ada/iris/train.js', line: 2, column: 21, message: 'TypeError: bad 3' },
    ],
    [
      'an error of Node with a cause, and its file by URL',
      NODE_CAUSE,
      { file: '/home/ada/my iris/train.mjs', line: 3, column: 9, message: 'Error: one' },
    ],
    [
      'a SyntaxError of Node',
      NODE_SYNTAX,
      { file: '/home/ada/iris/net.mjs', line: 1, message: "SyntaxError: Unexpected token ';'" },
    ],
    [
      'an error of Node’s own library',
      NODE_SYSTEM,
      {
        file: '/home/ada/iris/train.mjs',
        line: 2,
        column: 4,
        message: "Error: ENOENT: no such file or directory, open 'nope'",
      },
    ],
  ])('is %s', (_what, output, place) => {
    expect(find(output)).toEqual(place);
  });

  test('is that of a library when the person has written no line of it', () => {
    const output = `Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "/opt/conda/lib/python3.11/site-packages/tool/__main__.py", line 7, in <module>
    main()
AssertionError
`;
    expect(find(output)).toEqual({
      file: '/opt/conda/lib/python3.11/site-packages/tool/__main__.py',
      line: 7,
      message: 'AssertionError',
    });
  });

  test.each([
    ['R', 'Error in f(1) : boom\nCalls: f\nExecution halted'],
    [
      'a stack that is no error',
      '  File "/home/ada/iris/train.py", line 3, in f\n    x()\nnext: 1 2',
    ],
    ['an error long ago', `${PYTHON_CHAIN}${'epoch\n'.repeat(101)}`],
    ['nothing', ''],
  ])('is not known of %s', (_what, output) => {
    expect(find(output)).toBeUndefined();
  });

  test('of a trace that is longer than what is kept is its last line', () => {
    const deep = PYTHON_LIBRARY.replace(
      'json.decoder',
      `${'  File "/usr/lib/python3.11/x.py", line 1, in f\n    f()\n'.repeat(1_200)}json.decoder`,
    );
    expect(find('epoch\n'.repeat(5_000) + deep)).toMatchObject({
      file: '/usr/lib/python3.11/x.py',
      message: expect.stringMatching(/^json.decoder.JSONDecodeError: /) as string,
    });
  });
});
