/** What a set-up has written, and what is left to do. */
import { relative } from "node:path";
import type { DoctorReport } from "../doctor-operations.ts";
import type { PlatformSteps } from "../setup/plan-files.ts";
import { plain } from "./plain-text.ts";

export interface InitReport {
  /** Absolute, as the files are. */
  readonly folder: string;
  readonly files: readonly string[];
  /** What is to be done at each account's platform. */
  readonly platforms: readonly PlatformSteps[];
  /** null: the accounts were not tried. */
  readonly check: DoctorReport | null;
}

/** All but what was found, which `renderDoctor` says. */
export function renderInit({ folder, files, platforms }: Omit<InitReport, "check">): string {
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
    "Start it there: mimi-gateway start; as a service of systemd: systemctl enable --now mimi-gateway",
    "",
  ].join("\n");
}
