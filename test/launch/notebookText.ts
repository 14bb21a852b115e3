/** A notebook of code cells, as its file has it. */
export function notebookText(cells: readonly string[], kernel = 'python3'): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'python' } },
    // Without ids, as those of many tools are: nothing complains of that in the person's terminal.
    cells: cells.map(source => ({
      cell_type: 'code',
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}
