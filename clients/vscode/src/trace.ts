/**
 * The channel for the traffic with the server, opened and shut by the setting `bandmaster.trace.server`.
 *
 * The language client writes traffic only while its channel is at the level Trace, so this channel is at
 * that level exactly while the setting asks for traffic, and writes to the log one level higher.
 */
import * as vscode from "vscode";

export class TraceChannel implements vscode.LogOutputChannel {
  readonly name: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<vscode.LogLevel>();
  readonly #settings: vscode.Disposable;

  readonly onDidChangeLogLevel = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.name = log.name;
    this.#log = log;
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("bandmaster.trace.server")) {
        this.#changed.fire(this.logLevel);
      }
    });
  }

  get logLevel(): vscode.LogLevel {
    const setting = vscode.workspace.getConfiguration("bandmaster").get<string>("trace.server");
    return setting === "messages" || setting === "verbose" ? vscode.LogLevel.Trace : vscode.LogLevel.Off;
  }

  trace(message: string): void {
    this.#log.info(message);
  }

  debug(message: string): void {
    this.#log.debug(message);
  }

  info(message: string): void {
    this.#log.info(message);
  }

  warn(message: string): void {
    this.#log.warn(message);
  }

  error(error: string | Error): void {
    this.#log.error(error);
  }

  append(value: string): void {
    this.#log.append(value);
  }

  appendLine(value: string): void {
    this.#log.appendLine(value);
  }

  replace(value: string): void {
    this.#log.replace(value);
  }

  clear(): void {
    this.#log.clear();
  }

  show(): void {
    this.#log.show(true);
  }

  hide(): void {
    this.#log.hide();
  }

  dispose(): void {
    this.#settings.dispose();
    this.#changed.dispose();
  }
}
