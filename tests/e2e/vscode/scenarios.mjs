/** What a person does in VS Code with Bandmaster. Each scenario answers what was seen; pytest judges it. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

import { until } from "./host.mjs";
import { Model } from "./model.mjs";

/** Two defects: a default that all calls share (B006), and a comparison that has a safe fix (F632). */
export const DEMO = `"""A demonstration."""


def collect(item, found=[]):
    """Adds to what was found."""
    found.append(item)
    return found


def is_admin(name):
    """True for the administrator."""
    return name is "admin"
`;
const FIXABLE = { line: 12, column: 20, fixed: 'return name == "admin"' };

const SERVER_WORDS = (config) => config.machineSettings["bandmaster.command"].join(" ");

/** Findings, the menu of actions, a quick fix, a task from the palette, and the log. */
export async function editing(host, window, config) {
  const seen = {};
  await window.openFile("demo.py");
  await window.status("is ready");
  seen.squiggles = await window.squiggles();
  seen.problems = await window.problems();
  seen.palette = await window.palette("Bandmaster:");

  await window.goToLine(FIXABLE.line, FIXABLE.column);
  seen.actions = await window.openActions();
  await window.chooseAction(seen.actions[0]);
  await until("the quick fix changes the text", async () =>
    (await window.editorText()).includes(FIXABLE.fixed),
  );
  seen.text = await window.editorText();
  seen.savedText = fs.readFileSync(path.join(config.workspace, "demo.py"), "utf8");
  await window.picture("fixed");

  await window.run("Bandmaster: Review this file");
  seen.review = await window.statusMessage("Bandmaster: Reviewing demo.py: ");
  await window.picture("reviewed");

  await window.run("Bandmaster: Write tests");
  seen.withoutModel = (await window.notification("model")).text;
  await window.picture("without-a-model");
  await window.clearNotifications();

  await window.run("Bandmaster: Explain this code");
  await until("the explanation is open beside", async () => (await window.tabs()).length === 2);
  seen.tabs = await window.tabs();
  await window.picture("explained");

  await window.run("Bandmaster: Show what models cost");
  await until("the page about costs is open", async () => (await window.tabs()).includes("stats"));
  seen.stats = await window.editorText();
  await window.picture("stats");

  await window.clickStatus();
  await until("the log is shown", async () => (await window.outputText()).includes("Starting"));
  seen.shownLog = await window.outputText();
  await window.picture("log");
  return seen;
}

const PATCH = `The list is made anew for each call.

*** Begin Patch
*** Update File: demo.py
@@
-def collect(item, found=[]):
+def collect(item, found=None):
     """Adds to what was found."""
+    found = [] if found is None else found
     found.append(item)
*** End Patch`;

/** A fix by a model, undone; and a task that is cancelled while the model is silent. */
export async function asking(host, window, config) {
  const seen = {};
  const model = new Model(PATCH);
  const folder = path.join(process.env.BANDMASTER_HOME, "config");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, "bandmaster.toml"),
    `[providers.here]\nkind = "openai"\nbase_url = "${await model.start()}"\nmodels = ["loopback"]\n`,
  );
  try {
    await window.openFile("demo.py");
    await window.status("is ready");
    await window.squiggles();
    await window.goToLine(4, 25);
    seen.actions = await window.openActions();
    await window.chooseAction("Fix with a model");
    await until("the model's edit is in the editor", async () =>
      (await window.editorText()).includes("found=None"),
    );
    seen.end = await window.statusMessage("Bandmaster: Fixing demo.py: ");
    seen.text = await window.editorText();
    await window.picture("fixed-by-a-model");
    await window.page.keyboard.press("Control+z");
    await until("it is undone", async () => (await window.editorText()).includes("found=[]"));

    await window.run("Bandmaster: Write tests");
    await window.status("is working");
    await window.cancel("Writing tests");
    await window.status("is ready");
    await until("the model is not waited for any more", () => model.hungUp === 1);
    seen.cancelled = await window.statusMessage("Bandmaster: Writing tests for demo.py: ");
    seen.messages = await window.notificationCount();
    seen.savedText = fs.readFileSync(path.join(config.workspace, "demo.py"), "utf8");
  } finally {
    model.stop();
  }
  return seen;
}

/** A fix by a model of the editor's own, and a task that is cancelled while that model is silent. */
export async function lending(host, window, config) {
  const seen = {};
  const log = path.join(config.home, "lent.log");
  const noted = (line) => fs.existsSync(log) && fs.readFileSync(log, "utf8").includes(line);
  await window.openFile("demo.py");
  await window.status("is ready");
  await window.squiggles();
  await window.goToLine(4, 25);
  await until("the model is lent", async () => {
    seen.actions = await window.openActions();
    if (seen.actions.includes("Fix with a model")) return true;
    await window.closeMenu();
    return false;
  });
  await window.chooseAction("Fix with a model");
  await until("the model's edit is in the editor", async () =>
    (await window.editorText()).includes("found=None"),
  );
  seen.end = await window.statusMessage("Bandmaster: Fixing demo.py: ");
  await window.picture("fixed-by-a-lent-model");
  seen.sawTheCode = noted("asked with the code");

  await window.run("Bandmaster: Write tests");
  await until("the model is asked again", () => fs.readFileSync(log, "utf8").split("asked").length > 2);
  await window.cancel("Writing tests");
  await until("the model is told that nobody waits", () => noted("cancelled"));
  seen.cancelled = await window.statusMessage("Bandmaster: Writing tests for demo.py: ");
  seen.messages = await window.notificationCount();
  return seen;
}

/** Restart by hand, a server that crashes, a program that is not there, and the way back. */
export async function recovering(host, window, config) {
  const seen = {};
  const servers = () => host.processes(SERVER_WORDS(config));
  const another = (old) => until("another server is up", () => {
    const now = servers();
    return now.length === 1 && !now.includes(old) && now[0];
  });
  await window.openFile("demo.py");
  await window.status("is ready");
  await window.squiggles();
  const [first] = servers();

  await window.run("Bandmaster: Restart the language server");
  const second = await another(first);
  await window.status("is ready");
  seen.squigglesAfterRestart = await window.squiggles();

  process.kill(second, "SIGSTOP");
  await window.run("Bandmaster: Restart the language server");
  const third = await another(second);
  await window.status("is ready");
  seen.squigglesAfterHang = await window.squiggles();

  process.kill(third, "SIGKILL");
  await another(third);
  await window.status("is ready");
  seen.squigglesAfterCrash = await window.squiggles();
  seen.messagesSoFar = await window.notificationCount();

  host.writeSettings("Machine", { "bandmaster.command": ["no-such-bandmaster", "lsp"] });
  seen.missing = await window.notification("no-such-bandmaster");
  seen.messagesForMissing = await window.notificationCount();
  seen.statusWhenMissing = await window.status("failed");
  await window.picture("missing");
  await window.press("How to install");
  seen.howToInstall = await window.webviewText("How to install");
  await window.picture("how-to-install");
  seen.serversWhenMissing = servers().length;

  host.writeSettings("Machine", { "bandmaster.command": ["false"] });
  seen.failing = await window.notification("did not start");
  seen.messagesForFailing = await window.notificationCount();
  await window.picture("failing");
  await window.clearNotifications();

  host.writeSettings("Machine", { "bandmaster.command": ["sleep", "3600"] });
  await window.status("is starting");
  host.writeSettings("Machine", config.machineSettings);
  await window.status("is ready");
  seen.serversAtTheEnd = servers().length;
  return seen;
}

/** A workspace that is not trusted, and then is. */
export async function trusting(host, window, config) {
  const seen = {};
  const trusted = (answer) => until(`the server hears that trust is ${answer}`, () =>
    host.log().includes(`"workspaceTrusted": ${answer}`),
  );
  await window.openFile("demo.py");
  await window.status("is ready");
  seen.squigglesInRestrictedMode = await window.squiggles();
  await trusted(false);
  seen.toldTrustedTooEarly = host.log().includes('"workspaceTrusted": true');
  await window.picture("restricted");

  await window.run("Workspaces: Manage Workspace Trust");
  await window.page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
  await trusted(true);
  await window.status("is ready");
  seen.servers = host.processes(SERVER_WORDS(config)).length;
  await window.picture("trusted");
  return seen;
}
