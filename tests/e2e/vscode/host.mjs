/** A real VS Code in a browser: code-server with its own folders, and a page of chromium that shows it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

const START_MS = 60_000;

/** Waits until `probe` answers something true, and answers that. */
export async function until(what, probe, milliseconds = START_MS) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited too long: ${what}`);
    await delay(100);
  }
}

export class Host {
  /**
   * @param config `host` (the folder of setup.sh), `extensions` (packed), `workspace`, `home` (an empty folder),
   *   `chromium`, `port`, `settings`, `machineSettings`, `restricted` (the workspace is not trusted)
   */
  constructor(config) {
    this.config = config;
    this.data = path.join(config.home, "data");
    this.origin = `http://127.0.0.1:${config.port}`;
  }

  async start() {
    const { settings, machineSettings } = this.config;
    this.writeSettings("User", { ...QUIET, ...settings });
    this.writeSettings("Machine", machineSettings);
    fs.writeFileSync(path.join(this.config.home, "config.yaml"), "auth: none\ncert: false\n");
    this.#install();
    await this.#startServer();
    await this.#startBrowser();
    return this.page;
  }

  async stop() {
    await this.browser?.close();
    if (this.server === undefined || this.server.exitCode !== null) return;
    const all = this.processes("");
    const ended = once(this.server, "exit");
    this.server.kill("SIGTERM");
    await Promise.race([ended, delay(5000, undefined, { ref: false })]);
    all.forEach(kill); // Whatever is left of them.
  }

  writeSettings(scope, settings) {
    const folder = path.join(this.data, scope);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings, undefined, 2));
  }

  /** The processes under VS Code whose command line holds `words`. */
  processes(words) {
    const parents = new Map();
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
      } catch {
        // It ended while we looked.
      }
    }
    const isOurs = (pid) => pid === this.server.pid || (parents.has(pid) && isOurs(parents.get(pid)));
    return [...parents.keys()].filter((pid) => isOurs(pid) && commandLine(pid).includes(words));
  }

  /** The text of the log of the extension, as it is on the disk. */
  log() {
    const files = fs.readdirSync(path.join(this.data, "logs"), { recursive: true });
    const name = files.find((file) => path.basename(file) === "Bandmaster.log");
    return name === undefined ? "" : fs.readFileSync(path.join(this.data, "logs", name), "utf8");
  }

  get #arguments() {
    const { host, home } = this.config;
    return [
      path.join(host, "node_modules/code-server/out/node/entry.js"),
      ...["--config", path.join(home, "config.yaml"), "--user-data-dir", this.data],
      ...["--extensions-dir", path.join(home, "extensions")],
    ];
  }

  get #environment() {
    // Without a gallery nothing is looked for in the network.
    return { ...process.env, HOME: this.config.home, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  }

  #install() {
    const { host, extensions } = this.config;
    const wanted = extensions.flatMap((file) => ["--install-extension", file]);
    const done = spawnSync(path.join(host, "node"), [...this.#arguments, ...wanted], {
      env: this.#environment,
      encoding: "utf8",
      timeout: START_MS,
    });
    if (done.status !== 0) throw new Error(`the extension was not installed: ${done.stdout}${done.stderr}`);
  }

  async #startServer() {
    const { host, home, port, restricted } = this.config;
    const output = fs.openSync(path.join(home, "code-server.log"), "w");
    const options = ["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--disable-telemetry"];
    options.push("--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened");
    if (!restricted) options.push("--disable-workspace-trust");
    this.server = spawn(path.join(host, "node"), [...this.#arguments, ...options], {
      env: this.#environment,
      stdio: ["ignore", output, output],
    });
    await until("VS Code is up", () => answers(`${this.origin}/healthz`));
  }

  async #startBrowser() {
    const { host, chromium, workspace } = this.config;
    const playwright = createRequire(path.join(host, "package.json"))("playwright-core");
    this.browser = await playwright.chromium.launch({
      executablePath: chromium,
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1280, height: 800 } });
    this.page.setDefaultTimeout(START_MS);
    await this.page.goto(`${this.origin}/?folder=${encodeURIComponent(workspace)}`);
    await this.page.waitForSelector(".monaco-workbench");
  }
}

const QUIET = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "security.workspace.trust.startupPrompt": "never",
  "git.enabled": false,
  "chat.disableAIFeatures": true,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "editor.cursorBlinking": "solid",
};

function commandLine(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function answers(address) {
  return new Promise((resolve) => {
    http
      .get(address, (reply) => resolve(reply.resume().statusCode === 200))
      .on("error", () => resolve(false));
  });
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
