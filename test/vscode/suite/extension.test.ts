import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('The extension', () => {
  it('is loaded from this project', () => {
    const extension = vscode.extensions.getExtension('mlflow-tracker.mlflow-tracker');
    assert.ok(extension, 'VS Code does not know the extension');
    const { displayName } = extension.packageJSON as { displayName: string };
    assert.equal(displayName, 'MLflow Tracker');
  });
});
