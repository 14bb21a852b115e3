import { TrackingError } from '../trackingError';

/** What is being parsed, as it is named to a person: `filter`, or `order_by clause 'x DSC'`. */
export interface SearchText {
  readonly text: string;
  readonly label: string;
}

/**
 * @param offset where the fault begins, in UTF-16 units from 0, as an input box counts.
 * @param problem continues the sentence, such as `expected a number, found 'a'`.
 */
export function syntaxError(source: SearchText, offset: number, problem: string): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `Invalid ${source.label} at offset ${offset}: ${problem}.`,
  );
}
