/** The item in the status bar: how the server is doing, and its log on a click. */
import * as vscode from "vscode";

import type { Condition } from "./condition";
import { lookOf } from "./condition";

export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("bandmaster.status", vscode.StatusBarAlignment.Right);

  constructor() {
    this.#item.name = "Bandmaster";
    this.#item.command = "bandmaster.showLog";
  }

  show(condition: Condition): void {
    const look = lookOf(condition);
    this.#item.text = look.text;
    this.#item.tooltip = look.tooltip;
    this.#item.accessibilityInformation = { label: look.tooltip };
    this.#item.backgroundColor = look.background && new vscode.ThemeColor(look.background);
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
