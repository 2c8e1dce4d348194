/**
 * Plays one scenario in a real VS Code and prints what was seen as one JSON document.
 *
 * usage: node drive.mjs SCENARIO CONFIG.json (the fields are those of Host, and `pictures`, a folder)
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

import { Host } from "./host.mjs";
import * as scenarios from "./scenarios.mjs";
import { Workbench } from "./workbench.mjs";

const [name, configFile] = process.argv.slice(2);
const config = JSON.parse(fs.readFileSync(configFile, "utf8"));
const host = new Host(config);

async function play() {
  fs.writeFileSync(path.join(config.workspace, "demo.py"), scenarios.DEMO);
  const page = await host.start();
  const window = new Workbench(page, config.pictures);
  try {
    return await scenarios[name](host, window, config);
  } catch (error) {
    await window.picture("failed");
    console.error(host.log());
    throw error;
  }
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => void host.stop().finally(() => process.exit(1)));
}
try {
  console.log(JSON.stringify(await play()));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await host.stop();
}
