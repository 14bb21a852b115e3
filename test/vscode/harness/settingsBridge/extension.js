// Loaded beside the extension under test. VS Code's remote watcher does not reliably see its settings file change from
// outside, so the harness asks this extension, over a socket in the profile, to change settings as a person's click would.
const { createServer } = require('node:http');
const { json } = require('node:stream/consumers');
const vscode = require('vscode');

/** @param {Record<string, unknown>} changes */
async function change(changes) {
  for (const [key, value] of Object.entries(changes)) {
    // null stands for "take it out": JSON has no undefined.
    const target = vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration().update(key, value ?? undefined, target);
  }
}

exports.activate = context => {
  const server = createServer(async (request, response) => {
    try {
      await change(await json(request));
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(process.env.TRACKER_TEST_SETTINGS_SOCKET);
  context.subscriptions.push({ dispose: () => server.close() });
};
