/** Where the server's program is on this machine; knows nothing of VS Code. */
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** A command line that can be started as it is: the program is an absolute path. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
}

export type FoundProgram =
  | { readonly kind: "found"; readonly program: Program }
  | { readonly kind: "missing"; readonly name: string }
  | { readonly kind: "malformed" };

/**
 * Finds what the setting `bandmaster.command` names. A bare name is looked up in PATH alone, never in
 * the current folder: a program that came with a repository must not be taken for the server.
 */
export function findProgram(setting: unknown, env: NodeJS.ProcessEnv): FoundProgram {
  if (!isCommandLine(setting)) {
    return { kind: "malformed" };
  }
  const [name, ...args] = setting;
  const found = candidates(name, env).find(isExecutable);
  return found === undefined
    ? { kind: "missing", name }
    : { kind: "found", program: { path: found, args } };
}

function isCommandLine(setting: unknown): setting is [string, ...string[]] {
  return (
    Array.isArray(setting) &&
    setting.every((word) => typeof word === "string") &&
    setting[0] !== undefined &&
    setting[0] !== ""
  );
}

function candidates(name: string, env: NodeJS.ProcessEnv): string[] {
  const files = process.platform === "win32" ? [name, `${name}.exe`] : [name];
  if (path.isAbsolute(name)) {
    return files;
  }
  if (path.basename(name) !== name) {
    return []; // A relative path means another program in every folder.
  }
  const folders = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.flatMap((folder) => files.map((file) => path.join(folder, file)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
