import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { findProgram } from "../src/program";

const folder = mkdtempSync(path.join(tmpdir(), "bandmaster-"));
const program = path.join(folder, "bandmaster");
writeFileSync(program, "");
chmodSync(program, 0o755);
after(() => { rmSync(folder, { recursive: true }); });

test("a bare name is looked up in PATH", () => {
  const env = { PATH: [path.join(folder, "nowhere"), folder].join(path.delimiter) };
  assert.deepEqual(findProgram(["bandmaster", "lsp"], env), {
    kind: "found",
    program: { path: program, args: ["lsp"] },
  });
});

test("an absolute path needs no PATH", () => {
  assert.deepEqual(findProgram([program], {}), { kind: "found", program: { path: program, args: [] } });
});

test("a program in the current folder is not taken for the server", () => {
  const here = process.cwd();
  process.chdir(folder);
  try {
    for (const name of ["bandmaster", "./bandmaster"]) {
      assert.deepEqual(findProgram([name], { PATH: "." }), { kind: "missing", name });
    }
  } finally {
    process.chdir(here);
  }
});

test("a folder or a file that cannot be run is not a program", () => {
  mkdirSync(path.join(folder, "a-folder"));
  writeFileSync(path.join(folder, "a-text"), "", { mode: 0o644 });
  for (const name of ["a-folder", "a-text"]) {
    assert.deepEqual(findProgram([name], { PATH: folder }), { kind: "missing", name });
  }
});

test("a setting that is not a list of words is malformed", () => {
  for (const setting of [undefined, null, "bandmaster lsp", [], [""], ["bandmaster", 1]]) {
    assert.deepEqual(findProgram(setting, { PATH: folder }), { kind: "malformed" });
  }
});
