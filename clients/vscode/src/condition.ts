/** How the server is doing, and the words and icon for it; knows nothing of VS Code. */

export type Condition = "starting" | "idle" | "running" | "failed" | "stopped";

export interface Look {
  readonly text: string;
  readonly tooltip: string;
  readonly background?: "statusBarItem.errorBackground";
}

export function lookOf(condition: Condition): Look {
  switch (condition) {
    case "starting":
      return { text: "$(loading~spin) Bandmaster", tooltip: say("is starting") };
    case "idle":
      return { text: "$(check) Bandmaster", tooltip: say("is ready") };
    case "running":
      return { text: "$(sync~spin) Bandmaster", tooltip: say("is working on a task") };
    case "failed":
      return {
        text: "$(error) Bandmaster",
        tooltip: say("failed"),
        background: "statusBarItem.errorBackground",
      };
    case "stopped":
      return { text: "$(circle-slash) Bandmaster", tooltip: say("is stopped") };
  }
}

function say(what: string): string {
  return `Bandmaster ${what}. Click to see its log.`;
}
