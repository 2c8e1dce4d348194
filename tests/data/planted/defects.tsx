// Planted defects; `bad:` names what must be found on its line, and nothing else may be.
export function View({ kind }: { kind: number }) {
  if (kind === 1) return <p>one</p>;
  else if (kind === 2) return <p>two</p>;
  else if (kind === 1) return <p>again</p>; // bad: js-repeated-condition
  return <Item key="a" {...{ a: 1, b: 2, a: 3 }} />; // bad: js-duplicate-key
}
