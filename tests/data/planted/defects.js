// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
import { exec, execSync } from "node:child_process";
import https from "node:https";

export function compares(value, other) {
  if (value === NaN) return 1; // bad: js-nan-comparison
  if (Number.isNaN(value)) return 2;
  if (typeof value === "undefned") return 3; // bad: js-invalid-typeof
  if (typeof value === "undefined") return 4;
  if (!value in other) return 5; // bad: js-negated-left-operand
  if (!(value in other)) return 6;
  if (other.size === other.size) return 7; // bad: js-self-comparison
  if (value !== value) return 8;
  return 0;
}

export function assigns(state, next) {
  if (state = 1) return true; // bad: js-assignment-in-condition
  let match;
  if ((match = next())) return match;
  while ((match = next())) state.push(match);
  state.value = state.value; // bad: js-self-assignment
  state.value = next.value;
  return state == 1;
}

export const options = {
  name: "a",
  size: 1,
  name: "b", // bad: js-duplicate-key
  [Symbol.iterator]: 1,
  get width() { return 1; },
  set width(value) { this.w = value; },
};

export class Shape {
  area() { return 0; }
  static area() { return 1; }
  area() { return 2; } // bad: js-duplicate-method
  get side() { return 1; }
  set side(value) { this.s = value; }
}

export function chooses(kind) {
  switch (kind) {
    case "a":
      return 1;
    case "b":
      return 2;
    case "a": // bad: js-repeated-case
      return 3;
    default:
      return 4;
  }
}

export function chain(kind) {
  if (kind === 1) {
    return "one";
  } else if (kind === 2) {
    return "two";
  } else if (kind === 1) { // bad: js-repeated-condition
    return "three";
  }
  return helper();
  function helper() {
    return "hoisted";
  }
}

export function unreachable(list) {
  for (const one of list) {
    continue;
    console.log(one); // bad: js-unreachable-code
  }
  return list;
  list.push(1); // bad: js-unreachable-code
}

export function swallows(a, b) {
  try {
    a();
    b();
  } catch (error) {} // bad: js-empty-catch
  try {
    a();
    b();
  } catch (error) {
    // It may be closed already.
  }
}

export const late = new Promise(async (resolve) => { // bad: js-async-executor
  resolve(await fetch("/"));
});
export const fine = new Promise((resolve) => setTimeout(resolve, 1));

export function jumps(a) {
  try {
    a();
  } finally {
    return 1; // bad: js-jump-in-finally
  }
}

export function loops(n) {
  for (let i = 0; i < n; i--) { // bad: js-wrong-loop-direction
    console.log(i);
  }
  for (let i = n; i > 0; i--) {
    console.log(i);
  }
  debugger; // bad: js-debugger
}

export function runs(text, name, element) {
  eval(text); // bad: js-eval
  exec("ls " + name); // bad: js-command-injection
  execSync(`ls ${name}`); // bad: js-command-injection
  execSync("ls");
  /a+/.exec(text + name);
  element.innerHTML = "<b>" + name + "</b>"; // bad: js-html-injection
  element.innerHTML = "<b>bold</b>";
  element.textContent = "<b>" + name;
}

export function queries(db, name) {
  db.query(`SELECT * FROM people WHERE name = '${name}'`); // bad: js-sql-injection
  db.query("SELECT * FROM people WHERE name = ?", [name]);
  db.query(`SELECT * FROM ${TABLE}`);
}

export const agent = new https.Agent({ rejectUnauthorized: false }); // bad: js-unverified-tls
export const strict = new https.Agent({ rejectUnauthorized: true });
