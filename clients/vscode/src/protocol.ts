/** The names shared with the language server; mirrors `server/bandmaster_lsp`. */
import type { Range } from "vscode-languageclient/node";
import { NotificationType, RequestType } from "vscode-languageclient/node";

/** Palette command of this extension -> command of the server that it asks for. */
export const TASK_COMMANDS = {
  "bandmaster.review": "bandmaster.task.review",
  "bandmaster.document": "bandmaster.task.document",
  "bandmaster.explain": "bandmaster.task.explain",
  "bandmaster.fix": "bandmaster.task.fix",
  "bandmaster.writeTests": "bandmaster.task.test",
} as const;

export type TaskCommand = (typeof TASK_COMMANDS)[keyof typeof TASK_COMMANDS];

/** Palette command of this extension -> command of the server that shows a page. */
export const PAGE_COMMANDS = {
  "bandmaster.showStats": "bandmaster.stats",
  "bandmaster.showBudget": "bandmaster.budget",
} as const;

export type PageCommand = (typeof PAGE_COMMANDS)[keyof typeof PAGE_COMMANDS];

/** The one argument of a page's command: a file of the project that it is about, or null for the usual one. */
export interface PageArgument {
  readonly uri: string | null;
}

/** The one argument of every task command. `version` is that of the text which the person sees. */
export interface TaskArgument {
  readonly uri: string;
  readonly version: number | null;
  readonly range: Range;
}

/** What the server is told as it starts. */
export interface InitializationOptions {
  readonly workspaceTrusted: boolean;
}

/** A question to a model that VS Code lends; `answer` names what it says. */
export interface AskModelParams {
  readonly answer: string;
  readonly model: string;
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly text: string }[];
}

/** Answered when the model has said everything. */
export const ASK_MODEL = new RequestType<AskModelParams, null, void>("bandmaster/askModel");
/** A piece of an answer, as it comes. */
export const MODEL_SAID = new NotificationType<{ readonly answer: string; readonly text: string }>("bandmaster/modelSaid");
/** The models that VS Code lends from now on, by names of our own. */
export const MODELS_CHANGED = new NotificationType<{ readonly models: readonly string[] }>("bandmaster/modelsChanged");

/** Why a lent model gave no answer. */
export const LENDING_ERRORS = { refused: -32001, blocked: -32002, missing: -32003 } as const;

/** The languages that the server reads; `package.json` activates the extension for the same. */
export const LANGUAGES = [
  "python",
  "javascript",
  "typescript",
  "javascriptreact",
  "typescriptreact",
  "go",
  "rust",
  "java",
  "c",
  "cpp",
  "ruby",
  "php",
  "shellscript",
  "csharp",
] as const;
