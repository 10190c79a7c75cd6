import type { MatrixContent } from "./calls.ts";

/** The same reading, made once for each content: what a room's state says is asked for again with every message. */
export function once<T>(read: (content: MatrixContent) => T): (content: MatrixContent) => T {
  const known = new WeakMap<MatrixContent, { readonly said: T }>();
  return (content) => {
    const before = known.get(content);
    if (before) return before.said;
    const said = read(content);
    known.set(content, { said });
    return said;
  };
}
