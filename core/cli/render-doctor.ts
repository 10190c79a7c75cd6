/** What was found, for people: what is wrong first. */
import type { DoctorReport, ExaminedAccount, FindingReport } from "../doctor-operations.ts";
import { plain } from "./plain-text.ts";

const ORDER: readonly FindingReport["state"][] = ["fault", "warning", "ok"];

export function renderDoctor(report: DoctorReport): string {
  const all = [report.gateway, ...report.accounts.map(({ findings }) => findings)].flat();
  if (all.length === 0) return "No account is configured.\n";
  const count = (state: FindingReport["state"]): string => {
    const found = all.filter((one) => one.state === state).length;
    return `${found} ${state}${found === 1 ? "" : "s"}`;
  };
  const gateway = report.gateway.length === 0 ? [] : [partText("this gateway", report.gateway)];
  const parts = [...gateway, ...report.accounts.map(accountText)];
  return `${parts.join("\n")}\n${count("fault")}, ${count("warning")}.\n`;
}

function accountText({ account, bridge, findings }: ExaminedAccount): string {
  return partText(`${account} (${bridge})`, findings);
}

function partText(name: string, findings: readonly FindingReport[]): string {
  const sorted = findings.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return `${name}\n${sorted.map(findingText).join("")}`;
}

function findingText({ check, state, detail, remedy }: FindingReport): string {
  const line = `  ${state.padEnd(7)}  ${plain(check)}: ${plain(detail)}\n`;
  return remedy === null ? line : `${line}           -> ${plain(remedy)}\n`;
}
