import { experimentRequests } from './experimentRequests';
import { loggedModelRequests } from './loggedModelRequests';
import { loggingRequests } from './loggingRequests';
import { otherRequests } from './otherRequests';
import type { RequestCase, Subjects } from './requestCase';
import { runRequests } from './runRequests';

/** In this order: some build on what earlier ones wrote. */
export function requestTable(subjects: Subjects): readonly RequestCase[] {
  return [
    experimentRequests,
    runRequests,
    loggingRequests,
    loggedModelRequests,
    otherRequests,
  ].flatMap(requests => requests(subjects));
}
