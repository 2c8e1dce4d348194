/** The commands of the palette: restart, show the log, and one for each task and page of the server. */
import * as vscode from "vscode";
import { LSPErrorCodes, Range, ResponseError } from "vscode-languageclient/node";

import type { Connection } from "./client";
import { tellFailure } from "./messages";
import type { TaskArgument, TaskCommand } from "./protocol";
import { LANGUAGES, PAGE_COMMANDS, TASK_COMMANDS } from "./protocol";

export function registerCommands(connection: Connection, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const tasks = Object.entries(TASK_COMMANDS).map(([id, task]) =>
    vscode.commands.registerCommand(id, () => runOnActiveFile(connection, task, log)),
  );
  const pages = Object.entries(PAGE_COMMANDS).map(([id, page]) =>
    vscode.commands.registerCommand(id, () =>
      orTell(connection.showPage(page, { uri: activeFile() }), log),
    ),
  );
  return [
    vscode.commands.registerCommand("bandmaster.restart", () => connection.restart()),
    vscode.commands.registerCommand("bandmaster.showLog", () => { log.show(); }),
    ...tasks,
    ...pages,
  ];
}

async function runOnActiveFile(
  connection: Connection,
  task: TaskCommand,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !isReadByServer(editor.document)) {
    void vscode.window.showInformationMessage(`Bandmaster: Open a source file first (${LANGUAGES.join(", ")}).`);
    return;
  }
  await orTell(connection.runTask(task, argumentFor(editor)), log);
}

/** Waits for an answer of the server; the person is told where there is none. */
async function orTell(answer: Promise<void>, log: vscode.LogOutputChannel): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled) {
      return; // The person did it.
    }
    await tellFailure(error instanceof Error ? error.message : String(error), log);
  }
}

function isReadByServer(document: vscode.TextDocument): boolean {
  return vscode.languages.match(LANGUAGES.map((language) => ({ scheme: "file", language })), document) > 0;
}

/** The file of the active editor, if it is on the disk. */
function activeFile(): string | null {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === "file" ? uri.toString() : null;
}

function argumentFor(editor: vscode.TextEditor): TaskArgument {
  const { start, end } = editor.selection;
  return {
    uri: editor.document.uri.toString(),
    version: editor.document.version,
    range: Range.create(start.line, start.character, end.line, end.character),
  };
}
