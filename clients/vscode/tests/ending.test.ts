import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { gone } from "../src/ending";

test("a process that ends by itself is waited for", async () => {
  const server = spawn(process.execPath, ["-e", ""]);
  await gone(server, 60_000);
  assert.equal(server.exitCode, 0);
});

test("a process that does not end is ended", async () => {
  const server = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
  await gone(server, 0);
  assert.equal(server.signalCode, "SIGKILL");
});

test("a process that has ended before is not waited for", async () => {
  const server = spawn(process.execPath, ["-e", ""]);
  await once(server, "exit");
  await gone(server, 60_000);
  assert.equal(server.exitCode, 0);
});
