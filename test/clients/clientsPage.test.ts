import { join } from 'node:path';

import { expect, it } from 'vitest';

import { clientsPage } from './clientsPage';

it('docs/clients.md says what the tests run', async () => {
  const page = join(import.meta.dirname, '../../docs/clients.md');
  await expect(clientsPage()).toMatchFileSnapshot(page);
});
