/** What holds of every answer, told when all have been seen (docs/mtp.md, Errors). */
import type { Check } from "../ledger.ts";
import type { Stranger } from "../parties.ts";

const refusals: Check<Stranger> = {
  title: "the form of all refusals",
  about: ["error-form", "error-quiet", "error-never-500"],
  run({ subject }, expect) {
    const { misformed, quoting, failed, refusals } = subject.wire;
    for (const line of misformed.slice(0, 5))
      expect("error-form", false, "a problem whose status and code belong together", line);
    for (const line of quoting.slice(0, 5))
      expect("error-quiet", false, "nothing of the request in a refusal", line);
    for (const line of failed.slice(0, 5)) expect("error-never-500", false, "no 500", line);
    if (refusals === 0) return;
    expect("error-form", misformed.length === 0, "a problem", `${misformed.length} were none`);
    expect("error-quiet", quoting.length === 0, "nothing of the request", `${quoting.length} quoted it`);
    expect("error-never-500", failed.length === 0, "no 500", `${failed.length} were`);
  },
};

/** Last of all. */
export const answerChecks: readonly Check<Stranger>[] = [refusals];
