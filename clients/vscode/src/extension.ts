/** The entry of the extension: puts its parts together and starts the language server. */
import * as vscode from "vscode";

import { Connection } from "./client";
import { registerCommands } from "./commands";
import { tellEnd, tellFailure, tellNoServer } from "./messages";
import type { Program } from "./program";
import { findProgram } from "./program";
import { StatusItem } from "./status";
import { TraceChannel } from "./trace";

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Bandmaster", { log: true });
  const trace = new TraceChannel(log);
  const status = new StatusItem();
  const connection = new Connection({
    findServer: () => findServer(context.extension.id),
    tellFailure: (what) => void tellFailure(what, log),
    tellEnd,
    folder: context.extensionPath,
    log,
    trace,
  });
  context.subscriptions.push(
    connection.onDidChangeCondition((condition) => { status.show(condition); }),
    connection,
    ...registerCommands(connection, log),
    vscode.workspace.onDidGrantWorkspaceTrust(() => connection.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("bandmaster.command")) {
        void connection.restart();
      }
    }),
    status,
    trace,
    log,
  );
  void connection.restart();
}

function findServer(extensionId: string): Program | undefined {
  const setting = vscode.workspace.getConfiguration("bandmaster").get<unknown>("command");
  const search = findProgram(setting, process.env);
  switch (search.kind) {
    case "found":
      return search.program;
    case "missing":
      void tellNoServer(`The program '${search.name}' was not found on this machine.`, extensionId);
      return undefined;
    case "malformed":
      void tellNoServer("The setting bandmaster.command must list words, the program first.", extensionId);
      return undefined;
  }
}
