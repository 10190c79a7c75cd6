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

/** The worst that was found decides the state. */
export interface DoctorReport {
  readonly state: "ok" | "warning" | "fault";
  /** Of the gateway itself and the ways to others; nothing where one account was asked for. */
  readonly gateway: readonly FindingReport[];
  readonly accounts: readonly ExaminedAccount[];
}
