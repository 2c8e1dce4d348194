import assert from "node:assert/strict";
import { test } from "node:test";

import { lookOf } from "../src/condition";

test("each condition has an icon of its own", () => {
  const texts = (["starting", "idle", "running", "failed", "stopped"] as const).map((each) => lookOf(each).text);
  assert.equal(new Set(texts).size, texts.length);
});

test("only a failure is coloured", () => {
  assert.equal(lookOf("failed").background, "statusBarItem.errorBackground");
  assert.equal(lookOf("running").background, undefined);
});
