import { aListOf, anObject, aString, orNull, type Parser } from '../../src/protocol/payload';
import { RpcError } from '../../src/protocol/rpc';

/** What is kept when the tab is hidden or the window reloads: how the person looks at the runs, never data. */
export interface ViewState {
  readonly runIds: readonly string[];
  /** null: the first run. */
  readonly baselineId: string | null;
  readonly differencesOnly: boolean;
  readonly filter: string;
  /** Sections that were opened or closed by hand. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

export const INITIAL_STATE: ViewState = {
  runIds: [],
  baselineId: null,
  differencesOnly: false,
  filter: '',
  opened: [],
  closed: [],
};

const aBoolean: Parser<boolean> = value => value === true;
const parse = anObject<ViewState>({
  runIds: aListOf(aString, 100),
  baselineId: orNull(aString),
  differencesOnly: aBoolean,
  filter: aString,
  opened: aListOf(aString, 100),
  closed: aListOf(aString, 100),
});

/** The kept state, or the initial one when there is none or another version wrote it. */
export function restoreViewState(stored: unknown): ViewState {
  try {
    return parse(stored);
  } catch (error) {
    if (RpcError.is(error)) {
      return INITIAL_STATE;
    }
    throw error;
  }
}
