/** What a look at the gateway's accounts finds; plain data, see operations.ts. */

export interface FindingReport {
  /** What was looked at; of one of several things with its name behind a colon (`room:C0123456789`). */
  readonly check: string;
  readonly state: "ok" | "warning" | "fault";
  readonly detail: string;
  /** What to do; null: nothing. */
  readonly remedy: string | null;
}

export interface ExaminedAccount {
  readonly account: string;
  readonly bridge: string;
  readonly findings: readonly FindingReport[];
}

const STATES = ["ok", "warning", "fault"] as const;

/** The worst of what was found; `ok` where nothing was. */
export function worstOf(findings: readonly Pick<FindingReport, "state">[]): FindingReport["state"] {
  return STATES[Math.max(0, ...findings.map(({ state }) => STATES.indexOf(state)))] ?? "fault";
}

/** The worst that was found decides the state. */
export interface DoctorReport {
  readonly state: "ok" | "warning" | "fault";
  /** Of the gateway itself and the ways to others; where one account was asked for, no more than what waits for its rooms. */
  readonly gateway: readonly FindingReport[];
  readonly accounts: readonly ExaminedAccount[];
}
