import { X_AXES, type XAxis } from '../../src/protocol/metricHistories';
import {
  aListOf,
  aNumber,
  anObject,
  aString,
  oneOf,
  orNull,
  type Parser,
} from '../../src/protocol/payload';
import { RpcError } from '../../src/protocol/rpc';

/** A range of one axis, both ends inclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** One step of zooming in; null leaves that axis whole. */
export interface Zoom {
  readonly x: Range | null;
  readonly y: Range | null;
}

export const NO_ZOOM: Zoom = { x: null, y: null };

/** What is kept when the tab is hidden or the window reloads: how the person looks at the runs, never data. */
export interface ViewState {
  readonly runIds: readonly string[];
  readonly x: XAxis;
  readonly logY: boolean;
  readonly points: boolean;
  /** 0 to 0.999. */
  readonly smoothing: number;
  readonly filter: string;
  readonly hidden: readonly string[];
  /** Sections that were opened or closed by hand. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  readonly maximised: string | null;
  /** Per metric, outermost first; double-click takes the last one away. */
  readonly zooms: readonly { readonly metricKey: string; readonly steps: readonly Zoom[] }[];
  /** px */
  readonly scrollTop: number;
}

export const INITIAL_STATE: ViewState = {
  runIds: [],
  x: 'step',
  logY: false,
  points: false,
  smoothing: 0,
  filter: '',
  hidden: [],
  opened: [],
  closed: [],
  maximised: null,
  zooms: [],
  scrollTop: 0,
};

const aBoolean: Parser<boolean> = value => value === true;
const keys = aListOf(aString, 10_000);
const aRange = orNull(anObject<Range>({ from: aNumber, to: aNumber }));
const parse = anObject<ViewState>({
  runIds: keys,
  x: oneOf(...X_AXES),
  logY: aBoolean,
  points: aBoolean,
  smoothing: aNumber,
  filter: aString,
  hidden: keys,
  opened: keys,
  closed: keys,
  maximised: orNull(aString),
  zooms: aListOf(
    anObject<ViewState['zooms'][number]>({
      metricKey: aString,
      steps: aListOf(anObject<Zoom>({ x: aRange, y: aRange }), 100),
    }),
    10_000,
  ),
  scrollTop: aNumber,
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
