/** What a set-up has written, and what is left to do. */
import { relative } from "node:path";
import type { DoctorReport } from "../doctor-operations.ts";
import type { PlatformSteps } from "../setup/plan-files.ts";
import { plain } from "./plain-text.ts";
import { renderDoctor } from "./render-doctor.ts";

export interface InitReport {
  /** Absolute, as the files are. */
  readonly folder: string;
  readonly files: readonly string[];
  /** What is to be done at each account's platform. */
  readonly platforms: readonly PlatformSteps[];
  /** null: the accounts were not tried. */
  readonly check: DoctorReport | null;
}

export function renderInit({ folder, files, platforms, check }: InitReport): string {
  const steps = platforms.flatMap(({ account, steps }) =>
    steps.length === 0
      ? []
      : [`At the platform of ${account}:`, ...steps.map((step) => `  - ${plain(step)}`)],
  );
  return [
    `Written in ${plain(folder)}:`,
    ...files.map((file) => `  ${plain(relative(folder, file))}`),
    ...(steps.length === 0 ? [] : ["", ...steps]),
    "",
    ...(check === null ? [] : [renderDoctor(check)]),
    `Start it there: mimi-gateway start`,
    "",
  ].join("\n");
}
