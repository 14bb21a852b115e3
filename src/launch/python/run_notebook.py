"""Executes a notebook with its own kernel, for `mlflow-tracker run -- python NOTEBOOK`.

python run_notebook.py NOTEBOOK OUT

What the cells print is printed as it comes. OUT is the executed copy: written after each cell, so that a notebook that fails
or is stopped leaves what it did. The kernel runs in the notebook's folder, as in Jupyter and VS Code.
"""

import asyncio
import os
import signal
import sys
import warnings


def _fail(message):
    print(f"mlflow-tracker: {message}", file=sys.stderr, flush=True)
    return 1


def _text_of(output):
    data = output.get("data", {})
    return data.get("text/plain") or f"[{', '.join(data)}]"


def _printed(output):
    """The output as text, and where it goes."""
    kind = output["output_type"]
    if kind == "stream":
        return output["text"], sys.stderr if output["name"] == "stderr" else sys.stdout
    if kind == "error":
        return "\n".join(output["traceback"]) + "\n", sys.stderr
    return _text_of(output) + "\n", sys.stdout


def main(notebook_file, out_file):
    try:
        import nbformat
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ImportError as error:
        return _fail(
            f"{sys.executable} cannot run notebooks, it has no {error.name}. "
            f"Install what it takes: {sys.executable} -m pip install nbclient ipykernel"
        )

    class PrintingClient(NotebookClient):
        def output(self, outs, msg, display_id, cell_index):
            output = super().output(outs, msg, display_id, cell_index)
            if output is not None:
                text, stream = _printed(output)
                stream.write(text)
                stream.flush()
            return output

    try:
        with warnings.catch_warnings():
            # Notebooks of before 2020 have no ids for their cells, which nbformat adds, and complains of.
            warnings.simplefilter("ignore")
            notebook = nbformat.read(notebook_file, as_version=4)
    except (OSError, ValueError) as error:
        return _fail(f"{notebook_file} cannot be read as a notebook: {error}")
    for cell in notebook.cells:
        # What an earlier execution left is no output of this one.
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None

    def save(**_):
        nbformat.write(notebook, out_file + ".new")
        os.replace(out_file + ".new", out_file)

    received = []

    def on_start(**_):
        loop = asyncio.get_running_loop()

        def stop(number):
            received.append(number)
            # A kernel ignores nothing but the interrupt, which the cell may handle; it has a session of its own.
            work = client.km.interrupt_kernel() if number == signal.SIGINT else client.km.shutdown_kernel(now=True)
            if asyncio.iscoroutine(work):
                loop.create_task(work)

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop, number)
            except NotImplementedError:
                # Windows: Ctrl-C reaches the kernel by the console.
                pass

    wanted = notebook.metadata.get("kernelspec", {})
    is_python = wanted.get("language", "python") == "python"
    client = PrintingClient(
        notebook,
        timeout=None,
        kernel_name=wanted.get("name") or "python3",
        # What the kernel says of itself is no output of the notebook; kernels of other languages have other options.
        extra_arguments=["--log-level=40"] if is_python else [],
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(notebook_file))}},
        on_notebook_start=on_start,
        on_cell_executed=save,
    )
    save()
    exit_code = 0
    try:
        client.execute()
    except CellExecutionError:
        # Its traceback was printed as the output that it is.
        exit_code = 1
    except NoSuchKernel as error:
        known = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
        exit_code = _fail(
            f"{notebook_file} asks for the kernel {error.name}, which is not installed. Kernels here: {known}. "
            f"A Python kernel is installed by: {sys.executable} -m pip install ipykernel"
        )
    except DeadKernelError:
        exit_code = 1 if received else _fail("The kernel died.")
    except RuntimeError as error:
        exit_code = _fail(f"The kernel does not start: {error}")
    finally:
        save()
    if received and exit_code != 0:
        signal.signal(received[0], signal.SIG_DFL)
        os.kill(os.getpid(), received[0])
    return exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
