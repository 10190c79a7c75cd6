/** What a check has found, in words and as an exit code. */
import type { MustResult } from "./ledger.ts";
import type { CheckReport } from "./run-checks.ts";

/** What the exit code says of a check. */
export const checkExitCodes = { kept: 0, broken: 1, incomplete: 3 } as const;

/** 1 where a MUST is broken, 3 where some could be looked at with other options, else 0. */
export function checkExitCode({ musts }: CheckReport): number {
  if (musts.some(({ outcome }) => outcome === "fail")) return checkExitCodes.broken;
  return musts.some(({ couldBe }) => couldBe) ? checkExitCodes.incomplete : checkExitCodes.kept;
}

/** A line for each MUST, and a summary. */
export function renderCheck(report: CheckReport): string {
  const counted = (outcome: MustResult["outcome"]): number =>
    report.musts.filter((must) => must.outcome === outcome).length;
  const summary = `${counted("pass")} pass, ${counted("fail")} fail, ${counted("not checked")} not checked; ${report.requests} requests`;
  return [...report.musts.flatMap(linesOf), "", `${report.base} at ${report.endpoint}: ${summary}`, ""].join(
    "\n",
  );
}

function linesOf({ number, label, binds, outcome, faults, why }: MustResult): readonly string[] {
  const line = `${`M${number}`.padEnd(5)} ${outcome.padEnd(11)} ${label} (${binds})${why === null ? "" : `: ${why}`}`;
  return [line, ...faults.map(({ expected, came }) => `        expected ${expected}; came ${came}`)];
}
