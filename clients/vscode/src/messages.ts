/** What the person is told when something fails, and the buttons that lead on. */
import * as vscode from "vscode";

const END_IS_SHOWN_MS = 10_000;

/** In the status bar, for a while. */
export function tellEnd(what: string): void {
  vscode.window.setStatusBarMessage(`Bandmaster: ${what}`, END_IS_SHOWN_MS);
}

export async function tellFailure(what: string, log: vscode.LogOutputChannel): Promise<void> {
  log.error(what);
  if ((await vscode.window.showErrorMessage(`Bandmaster: ${what}`, "Show log")) !== undefined) {
    log.show();
  }
}

/** There is no server to start. The page of the extension says how to install one. */
export async function tellNoServer(why: string, extensionId: string): Promise<void> {
  const openSettings = "Open settings";
  const howToInstall = "How to install";
  const answer = await vscode.window.showErrorMessage(`Bandmaster: ${why}`, openSettings, howToInstall);
  if (answer === openSettings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "bandmaster.command");
  } else if (answer === howToInstall) {
    await vscode.commands.executeCommand("extension.open", extensionId);
  }
}
