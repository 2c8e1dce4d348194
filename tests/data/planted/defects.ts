// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
interface Person {
  name: string;
  name2?: string;
}

abstract class Store<T extends Person> {
  abstract find(id: number): T;
  get(id: number): T;
  get(id: string): T;
  get(id: number | string): T {
    return this.find(Number(id));
  }
  check(value: unknown): boolean {
    if (typeof value == "strng") return false; // bad: js-invalid-typeof
    return value as number === NaN; // bad: js-nan-comparison
  }
  self(other: Person): boolean {
    other.name = other.name; // bad: js-self-assignment
    return true;
    type Local = string;
  }
}

export type { Person };
export { Store };
