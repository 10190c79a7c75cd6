/** Answers by what they look like: the kinds of the values at named places. */

/** `absent`, or the kinds of all values at the place, as `string` or `number|string`. */
export function kindAt(answer: unknown, path: string): string {
  const kinds = new Set(valuesAt([answer], path.replace(/\?$/, "").split(".")).map(kindOf));
  return kinds.size === 0 ? "absent" : [...kinds].toSorted().join("|");
}

/** The answer at each of these places. */
export function shapeOf(answer: unknown, paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map((path) => [path, kindAt(answer, path)]));
}

/** What is missing of what must be there. */
export function missing(answer: unknown, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !path.endsWith("?") && kindAt(answer, path) === "absent");
}

function valuesAt(values: readonly unknown[], [step, ...further]: readonly string[]): readonly unknown[] {
  if (step === undefined) return values;
  const name = step.replace(/\[\]$/, "");
  const found = values.flatMap((value) => {
    if (typeof value !== "object" || value === null) return [];
    const next = (value as Readonly<Record<string, unknown>>)[name];
    if (next === undefined) return [];
    if (!step.endsWith("[]")) return [next];
    return Array.isArray(next) ? (next as readonly unknown[]) : [];
  });
  return valuesAt(found, further);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
