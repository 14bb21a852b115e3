/** What the stand-in for Jupyter does for a test. */
export const STAND_IN_COMMANDS = {
  /** Whether other extensions may use kernels: as if the person had answered Jupyter's question. */
  allow: 'standInForJupyter.allow',
  /** Starts a kernel for a notebook, without a cell. */
  start: 'standInForJupyter.start',
  /** Restarts the kernel of a notebook. */
  restart: 'standInForJupyter.restart',
  /** How often other extensions asked for code to be run. */
  asked: 'standInForJupyter.asked',
} as const;
