/** The counts with which a run of node:test ends. */
export interface TestCounts {
  readonly tests: number;
  readonly pass: number;
  readonly fail: number;
  readonly cancelled: number;
  readonly skipped: number;
}

export const noTests: TestCounts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0 };

/** Reads them from the output of the reporter "spec"; zeros where they are not there. */
export function readCounts(output: string): TestCounts {
  const count = (name: string): number =>
    Number(new RegExp(`^ℹ ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  return {
    tests: count("tests"),
    pass: count("pass"),
    fail: count("fail"),
    cancelled: count("cancelled"),
    skipped: count("skipped"),
  };
}

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return {
    tests: a.tests + b.tests,
    pass: a.pass + b.pass,
    fail: a.fail + b.fail,
    cancelled: a.cancelled + b.cancelled,
    skipped: a.skipped + b.skipped,
  };
}
