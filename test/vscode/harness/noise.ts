/**
 * @param text a line of the workbench's console
 * @returns whether it is what VS Code always says without internet: look-ups of the gallery and of telemetry, a missing service worker
 */
export function isNoise(text: string): boolean {
  return /gallery|marketplace|open-vsx|telemetry|service.?worker|Failed to load resource|net::ERR_|ENOTFOUND|vscode-cdn|ExtensionHost\b.*(socket|successful)|AccountPolicyGate|AgentHost|connection token|Creating a socket|reconnection-grace-time|additional builtin|sandbox|same-origin iframe|bad HTTP response code|authentication provider/i.test(
    text,
  );
}
