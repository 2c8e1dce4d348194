/** Lends VS Code's own language models to the server, which asks for one answer at a time. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { ResponseError, State } from "vscode-languageclient/node";

import type { AskModelParams } from "./protocol";
import { ASK_MODEL, LENDING_ERRORS, MODEL_SAID, MODELS_CHANGED } from "./protocol";

const WHY = "Bandmaster does the task that you asked for with this model.";

/** The names of the models that the server may ask. VS Code asks the person at the first use of one. */
async function lentModels(): Promise<string[]> {
  const lends = vscode.workspace.getConfiguration("bandmaster").get<boolean>("useEditorModels");
  return lends === true ? (await vscode.lm.selectChatModels()).map(nameOf) : [];
}

/** Tells the server which models there are, now and whenever that changes, and answers its questions. */
export function lend(client: LanguageClient): vscode.Disposable {
  return vscode.Disposable.from(
    client.onRequest(ASK_MODEL, (params, token) => answer(client, params, token)),
    client.onDidChangeState(() => void tell(client)),
    vscode.lm.onDidChangeChatModels(() => void tell(client)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("bandmaster.useEditorModels")) {
        void tell(client);
      }
    }),
  );
}

async function tell(client: LanguageClient): Promise<void> {
  const models = await lentModels();
  if (client.state === State.Running) {
    await client.sendNotification(MODELS_CHANGED, { models });
  }
}

async function answer(
  client: LanguageClient,
  question: AskModelParams,
  token: vscode.CancellationToken,
): Promise<null> {
  const models = await vscode.lm.selectChatModels();
  const model = models.find((one) => nameOf(one) === question.model);
  if (model === undefined) {
    throw new ResponseError(LENDING_ERRORS.missing, `VS Code has no model '${question.model}'.`);
  }
  try {
    const reply = await model.sendRequest(question.messages.map(toChat), { justification: WHY }, token);
    for await (const text of reply.text) {
      await client.sendNotification(MODEL_SAID, { answer: question.answer, text });
    }
  } catch (error) {
    throw told(error);
  }
  return null;
}

function nameOf(model: vscode.LanguageModelChat): string {
  return `${model.vendor}/${model.id}`;
}

function toChat({ role, text }: AskModelParams["messages"][number]): vscode.LanguageModelChatMessage {
  return role === "assistant"
    ? vscode.LanguageModelChatMessage.Assistant(text)
    : vscode.LanguageModelChatMessage.User(text);
}

function told(error: unknown): Error {
  if (!(error instanceof vscode.LanguageModelError)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  switch (error.code) {
    case vscode.LanguageModelError.NoPermissions.name:
      return new ResponseError(LENDING_ERRORS.refused, error.message);
    case vscode.LanguageModelError.Blocked.name:
      return new ResponseError(LENDING_ERRORS.blocked, error.message);
    case vscode.LanguageModelError.NotFound.name:
      return new ResponseError(LENDING_ERRORS.missing, error.message);
    default:
      return error;
  }
}
