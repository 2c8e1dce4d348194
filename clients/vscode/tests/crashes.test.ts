import assert from "node:assert/strict";
import { test } from "node:test";

import { Crashes } from "../src/crashes";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

test("a server that keeps crashing is given up", () => {
  const crashes = new Crashes();
  const answers = [0, 1, 2, 3, 4].map((second) => crashes.forgives(second * SECOND));
  assert.deepEqual(answers, [true, true, true, true, false]);
});

test("a crash now and then is forgiven for ever", () => {
  const crashes = new Crashes();
  const answers = Array.from({ length: 20 }, (_, index) => crashes.forgives(index * MINUTE));
  assert.ok(answers.every((forgiven) => forgiven));
});
