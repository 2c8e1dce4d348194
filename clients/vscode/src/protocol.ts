/** The names shared with the language server; mirrors `server/bandmaster_lsp`. */
import type { Range } from "vscode-languageclient/node";

/** Palette command of this extension -> command of the server that it asks for. */
export const TASK_COMMANDS = {
  "bandmaster.review": "bandmaster.task.review",
  "bandmaster.document": "bandmaster.task.document",
  "bandmaster.explain": "bandmaster.task.explain",
  "bandmaster.fix": "bandmaster.task.fix",
  "bandmaster.writeTests": "bandmaster.task.test",
} as const;

export type TaskCommand = (typeof TASK_COMMANDS)[keyof typeof TASK_COMMANDS];

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
