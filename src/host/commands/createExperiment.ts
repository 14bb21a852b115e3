import * as vscode from 'vscode';
import type { Services } from '../../services';
import { askName } from './renameItem';

export async function createExperiment(services: Services): Promise<void> {
  const name = await askName(vscode.l10n.t('Create experiment'));
  if (name !== undefined) {
    const client = await services.getClient();
    await client.createExperiment({ name });
    await services.model.apply([{ kind: 'experiments' }]);
  }
}
