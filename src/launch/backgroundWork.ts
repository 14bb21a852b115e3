import type { Logger } from '../base/logger';
import { reportFailure } from './reportFailure';

/** Recording that goes on beside the script; what fails is said, and stops nothing. */
export class BackgroundWork {
  private readonly items: Promise<void>[] = [];

  constructor(private readonly logger: Logger) {}

  start(what: string, work: () => Promise<void>): void {
    this.items.push(work().catch((error: unknown) => reportFailure(this.logger, what, error)));
  }

  async finished(): Promise<void> {
    await Promise.all(this.items);
  }
}
