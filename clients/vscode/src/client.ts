/** The connection to the language server: starts it, restarts it, says how it is doing. */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import * as vscode from "vscode";
import type { CloseHandlerResult, LanguageClientOptions, Middleware } from "vscode-languageclient/node";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  State,
} from "vscode-languageclient/node";

import type { Condition } from "./condition";
import { Crashes } from "./crashes";
import { gone } from "./ending";
import { lend } from "./lending";
import type { Program } from "./program";
import type { InitializationOptions, PageArgument, PageCommand, TaskArgument, TaskCommand } from "./protocol";
import { LANGUAGES } from "./protocol";

/** How long a server may take to say goodbye, and then to end, before its process is killed. */
const GOODBYE_MS = 2000;

/** What a connection needs from the extension around it. */
export interface Surroundings {
  /** The server's program, or undefined after the person was told why there is none. */
  findServer(): Program | undefined;
  tellFailure(what: string): void;
  /** Tells what became of a piece of work, which VS Code itself drops. */
  tellEnd(what: string): void;
  /** The working folder of the server; never the workspace, from which Python would import. */
  readonly folder: string;
  readonly log: vscode.LogOutputChannel;
  readonly trace: vscode.LogOutputChannel;
}

/** Writes its errors into the log only: the connection tells the person, once and in plain words. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Connection implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Condition>();
  /** The titles of what the server is working on. */
  readonly #progress = new Map<number | string, string>();
  #client: QuietClient | undefined;
  #listener: vscode.Disposable | undefined;
  #crashes = new Crashes();
  #restarts: Promise<void> = Promise.resolve();

  readonly onDidChangeCondition = this.#changed.event;

  constructor(private readonly around: Surroundings) {}

  /** Starts the server, after ending the one that may be there in whatever state it is. */
  restart(): Promise<void> {
    if (this.#client?.state === State.Starting) {
      this.#listener?.dispose();
      this.#client.serverProcess?.kill(); // It may never answer, and what follows waits for it.
    }
    this.#restarts = this.#restarts.then(() => this.#stop()).then(() => this.#start());
    return this.#restarts;
  }

  /** Asks the server for a task. Raises the server's error, or one that says there is no server. */
  runTask(command: TaskCommand, argument: TaskArgument): Promise<void> {
    return this.#execute(command, argument);
  }

  /** Asks the server for a page. Raises as `runTask` does. */
  showPage(command: PageCommand, argument: PageArgument): Promise<void> {
    return this.#execute(command, argument);
  }

  async #execute(command: string, argument: TaskArgument | PageArgument): Promise<void> {
    await this.#restarts;
    if (this.#client?.state !== State.Running) {
      throw new Error("The language server is not running.");
    }
    await this.#client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] });
  }

  dispose(): void {
    void this.#restarts.then(() => this.#stop()).finally(() => { this.#changed.dispose(); });
  }

  async #start(): Promise<void> {
    const program = this.around.findServer();
    if (program === undefined) {
      this.#changed.fire("failed");
      return;
    }
    const { path: command, args } = program;
    this.around.log.info(`Starting ${[command, ...args].join(" ")}`);
    const server = { command, args: [...args], options: { cwd: this.around.folder } };
    const client = new QuietClient("bandmaster", "Bandmaster", server, this.#options());
    this.#client = client;
    this.#crashes = new Crashes();
    this.#listener = vscode.Disposable.from(
      client.onDidChangeState(({ newState }) => { this.#follow(newState); }),
      lend(client),
    );
    await client.start().catch(() => undefined); // `#follow` has told of the failure.
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    if (client === undefined) {
      return;
    }
    this.#client = undefined;
    this.#listener?.dispose();
    this.#progress.clear();
    this.#changed.fire("stopped");
    const server = client.serverProcess;
    const said = await client.dispose(GOODBYE_MS).then(() => true, () => false);
    if (server !== undefined) {
      await gone(server, said ? GOODBYE_MS : 0);
    }
  }

  #follow(state: State): void {
    this.#progress.clear();
    this.#changed.fire(CONDITIONS[state]);
    if (state === State.StartFailed) {
      this.around.tellFailure("The language server did not start. The log says why.");
    }
  }

  #options(): LanguageClientOptions {
    const initializationOptions = (): InitializationOptions => ({
      workspaceTrusted: vscode.workspace.isTrusted,
    });
    return {
      documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
      initializationOptions,
      initializationFailedHandler: () => false,
      outputChannel: this.around.log,
      traceOutputChannel: this.around.trace,
      stdioOptions: { stdout: logLines, stderr: logLines },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => this.#afterCrash(),
      },
      middleware: { handleWorkDoneProgress: this.#watchProgress },
    };
  }

  #afterCrash(): CloseHandlerResult {
    if (this.#client?.state !== State.Running) {
      return { action: CloseAction.DoNotRestart }; // It never came up; another try would end the same.
    }
    if (this.#crashes.forgives(Date.now())) {
      return { action: CloseAction.Restart };
    }
    this.around.tellFailure("The language server keeps crashing and was not started again.");
    return { action: CloseAction.DoNotRestart };
  }

  readonly #watchProgress: NonNullable<Middleware["handleWorkDoneProgress"]> = (token, params, next) => {
    if (params.kind === "begin") {
      this.#progress.set(token, params.title);
    } else if (params.kind === "end") {
      const title = this.#progress.get(token);
      this.#progress.delete(token);
      this.around.tellEnd([title, params.message].filter(Boolean).join(": "));
    }
    this.#changed.fire(this.#progress.size > 0 ? "running" : "idle");
    next(token, params);
  };
}

const CONDITIONS: Readonly<Record<State, Condition>> = {
  [State.Starting]: "starting",
  [State.Running]: "idle",
  [State.Stopped]: "failed",
  [State.StartFailed]: "failed",
};

/** What the server writes beside the protocol are lines of its own log, each with a level of its own. */
function logLines(input: Readable, log: vscode.LogOutputChannel): void {
  createInterface({ input }).on("line", (line) => { log.info(line); });
}
