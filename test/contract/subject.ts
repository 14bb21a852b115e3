import { afterAll, beforeAll, describe, it } from 'vitest';

import type { StoreStatus, TrackingStore } from '../../src/tracking/trackingStore';

/** What one kind of store does differently on purpose, because MLflow's own store of that kind does (facts §1.5, §4.4). */
export interface Traits {
  /** SQL keeps ±Infinity as ±1.7976931348623157e308. */
  readonly infinity: 'kept' | 'clamped';
  /** SQLite keeps the number 0 for -0.0. */
  readonly negativeZero: 'kept' | 'lost';
  /** SQL's primary key drops a second row with the same key, timestamp, step and value. */
  readonly identicalPoints: 'kept' | 'dropped';
  /** Files keep the order of logging; SQL sorts by timestamp, step, value. */
  readonly historyOrder: 'logged' | 'sorted';
  /** SQL answers an empty history for a run that it does not know. */
  readonly historyOfUnknownRun: 'empty' | 'refused';
  /** SQL's experiment ids are integers, and anything else is an invalid parameter there. */
  readonly experimentIds: 'integers' | 'words';
  /** A file `a` cannot become the folder of `a/b`. */
  readonly keyBelowKey: 'allowed' | 'refused';
  /** The default experiment can be deleted in SQL only. */
  readonly deleteDefaultExperiment: 'allowed' | 'refused';
  /** Characters that a name may have; database servers keep to the width of MLflow's column. */
  readonly longestExperimentName: 256 | 500;
  /** MySQL's default collations take names and keys for equal that differ by case or trailing spaces. */
  readonly namesByCase: 'distinct' | 'equal';
  readonly renameToTakenName: 'BAD_REQUEST' | 'RESOURCE_ALREADY_EXISTS';
}

export const fileTraits: Traits = {
  infinity: 'kept',
  negativeZero: 'kept',
  identicalPoints: 'kept',
  historyOrder: 'logged',
  historyOfUnknownRun: 'refused',
  experimentIds: 'words',
  keyBelowKey: 'refused',
  deleteDefaultExperiment: 'refused',
  longestExperimentName: 500,
  namesByCase: 'distinct',
  renameToTakenName: 'RESOURCE_ALREADY_EXISTS',
};

export const sqliteTraits: Traits = {
  infinity: 'clamped',
  negativeZero: 'lost',
  identicalPoints: 'dropped',
  historyOrder: 'sorted',
  historyOfUnknownRun: 'empty',
  experimentIds: 'integers',
  keyBelowKey: 'allowed',
  deleteDefaultExperiment: 'allowed',
  longestExperimentName: 500,
  namesByCase: 'distinct',
  renameToTakenName: 'BAD_REQUEST',
};

/** One backend that was empty when opened, and the store under test over it. */
export interface Backend {
  readonly store: TrackingStore;
  /** The tracking URI of the backend itself, also when `store` reaches it through a server. */
  readonly uri: string;
  /** The folder or file that the backend is, whether it exists yet or not. */
  readonly path: string;
  /** Closes `store` and opens the same backend again, as a new process would. */
  reopen(): Promise<TrackingStore>;
  /** A second store straight on the same backend, as another process holds it; closed with the backend. */
  openAnother(): Promise<TrackingStore>;
  /** Closes everything and removes the backend. */
  close(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  /** What its status says that it is. */
  readonly kind: StoreStatus['kind'];
  readonly traits: Traits;
  /** Case title → why it does not apply. */
  readonly skips?: Readonly<Record<string, string>>;
  open(): Promise<Backend>;
}

type Case = (title: string, body: () => Promise<void>) => void;

/**
 * A group of cases that share one backend of `subject`; each makes its own experiments. `backend()` is for use inside cases.
 * A skipped case prints its reason in its title.
 */
export function describeOn(
  subject: Subject,
  title: string,
  define: (test: Case, backend: () => Backend) => void,
): void {
  describe(`${subject.name}: ${title}`, () => {
    let opened: Backend | undefined;
    beforeAll(async () => {
      opened = await subject.open();
    });
    afterAll(() => opened?.close());
    define(caseOf(subject), () => {
      if (opened === undefined) {
        throw new Error(`${subject.name} is not open`);
      }
      return opened;
    });
  });
}

/** A case with a backend of its own. */
export function testAlone(
  subject: Subject,
  title: string,
  body: (backend: Backend) => Promise<void>,
): void {
  caseOf(subject, `${subject.name}: `)(title, async () => {
    const backend = await subject.open();
    try {
      await body(backend);
    } finally {
      await backend.close();
    }
  });
}

function caseOf(subject: Subject, prefix = ''): Case {
  return (plainTitle, body) => {
    const title = `${prefix}${plainTitle}`;
    const reason = subject.skips?.[plainTitle];
    if (reason === undefined) {
      it(title, body);
    } else {
      it.skip(`${title} (skipped: ${reason})`, body);
    }
  };
}
