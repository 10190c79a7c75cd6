/** How long pure functions take. The quickest of several runs: what else the machine does only adds to it. */

/** So long at most is measured for one figure, in milliseconds. */
const BUDGET = 1_500;
const ROUNDS = 5;
const MOST_CALLS = 40;

/** Calls a second in the best of several rounds, once the function is warm. */
export function callsPerSecond(call: () => unknown): number {
  const warm = performance.now();
  let calls = 0;
  while (performance.now() - warm < BUDGET / 2) {
    call();
    calls += 1;
  }
  const batch = Math.max(1, Math.round((calls / (BUDGET / 2)) * (BUDGET / ROUNDS)));
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) call();
    best = Math.max(best, (batch * 1_000) / (performance.now() - start));
  }
  return best;
}

/** Milliseconds of the quickest of several calls; slow ones are not called so often. */
export function quickest(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  let spent = 0;
  for (let round = 0; round < MOST_CALLS && spent < BUDGET / 10; round++) {
    const start = performance.now();
    call();
    const took = performance.now() - start;
    best = Math.min(best, took);
    spent += took;
  }
  return best;
}
