/** What the checks have found, kept by the MUST that it is about. */
import { FederationError } from "../federation/wire/federation-error.ts";
import { type Label, musts } from "./musts.ts";
import { unseen } from "./unseen.ts";

/** A MUST that was not kept: what it asks for, and what came instead. */
export interface Fault {
  readonly expected: string;
  readonly came: string;
}

export interface MustResult {
  readonly number: number;
  readonly label: Label;
  readonly binds: string;
  readonly outcome: "pass" | "fail" | "not checked";
  /** Empty unless it failed. */
  readonly faults: readonly Fault[];
  /** Why it was not checked; null: it was. */
  readonly why: string | null;
  /** Not checked, but can be with other options. */
  readonly couldBe: boolean;
}

/** Says whether one thing that a MUST asks for was so. */
export type Expect = (label: Label, holds: boolean, expected: string, came: string) => void;

/** One thing that is tried. */
export interface Check<Context> {
  /** What is tried, for whoever watches. */
  readonly title: string;
  /** What it can tell of. The first one fails where the answer is none at all, or cannot be read. */
  readonly about: readonly [Label, ...(readonly Label[])];
  run(context: Context, expect: Expect): Promise<void> | void;
}

/** Thrown by a check that finds an answer of another form than the page has. */
export class Unexpected extends Error {
  override readonly name = "Unexpected";
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(`${fault.expected}, but ${fault.came}`);
    this.fault = fault;
  }
}

/** Thrown by a check that cannot be made here. */
export class NotChecked extends Error {
  override readonly name = "NotChecked";
  /** Another option of the command would make it possible. */
  readonly couldBe: boolean;

  constructor(why: string, couldBe = false) {
    super(why);
    this.couldBe = couldBe;
  }
}

interface Skipped {
  readonly why: string;
  readonly couldBe: boolean;
}

export class Ledger {
  readonly #passed = new Set<Label>();
  readonly #faults = new Map<Label, Fault[]>();
  readonly #skipped = new Map<Label, Skipped>();

  /** Makes one check. Throws only what is neither the peer's doing nor the network's. */
  async make<Context>(check: Check<Context>, context: Context): Promise<void> {
    const told = new Set<Label>();
    const expect: Expect = (label, holds, expected, came) => {
      told.add(label);
      this.expect(label, holds, expected, came);
    };
    try {
      await check.run(context, expect);
    } catch (thrown) {
      const left = check.about.filter((label) => !told.has(label));
      if (thrown instanceof NotChecked)
        for (const label of left) this.#skip(label, thrown.message, thrown.couldBe);
      else this.#breakOff(check.about[0], left, thrown);
    }
  }

  expect(label: Label, holds: boolean, expected: string, came: string): void {
    if (holds) this.#passed.add(label);
    else this.#faults.set(label, [...(this.#faults.get(label) ?? []), { expected, came }]);
  }

  /** Why what these checks are about was not looked at. */
  skipAll(checks: readonly Pick<Check<never>, "about">[], why: string, couldBe: boolean): void {
    for (const { about } of checks) for (const label of about) this.#skip(label, why, couldBe);
  }

  /** A result for every MUST of the page, in its order. */
  results(): readonly MustResult[] {
    return musts.map(([number, label, binds]) => {
      const faults = this.#faults.get(label) ?? [];
      const outcome = faults.length > 0 ? "fail" : this.#passed.has(label) ? "pass" : "not checked";
      const skipped = this.#skipped.get(label) ?? {
        why: unseen[label] ?? "nothing came by which to tell",
        couldBe: false,
      };
      return {
        number,
        label,
        binds,
        outcome,
        faults,
        why: outcome === "not checked" ? skipped.why : null,
        couldBe: outcome === "not checked" && skipped.couldBe,
      };
    });
  }

  #breakOff(first: Label, left: readonly Label[], thrown: unknown): void {
    const fault =
      thrown instanceof Unexpected
        ? thrown.fault
        : thrown instanceof FederationError
          ? { expected: "an answer", came: thrown.detail }
          : null;
    if (fault === null) throw thrown;
    this.expect(first, false, fault.expected, fault.came);
    for (const label of left)
      if (label !== first) this.#skip(label, `the check of ${first} broke off`, false);
  }

  /** What more options would bring weighs more than what nothing brings. */
  #skip(label: Label, why: string, couldBe: boolean): void {
    const before = this.#skipped.get(label);
    if (before === undefined || (couldBe && !before.couldBe)) this.#skipped.set(label, { why, couldBe });
  }
}
