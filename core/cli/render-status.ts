/** The status report for people: what there is, then what is wrong and what to do. */
import type { Milliseconds } from "../time.ts";
import type { AccountStatus, AlarmStatus, BindingStatus, StatusReport } from "../operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";
import { agoText, lengthText } from "./times.ts";

/** A room may be behind this long without being worth a word. */
const PATIENCE: Milliseconds = 60_000;

export function renderStatus(report: StatusReport, now: Milliseconds): string {
  const process = report.running
    ? `running as process ${report.pid}`
    : "not running; this is what the store says";
  const parts = [
    `mimi-gateway ${report.version}: ${process}\n` +
      `base ${report.base}, store ${report.store}, redis ${report.redis}, wake ${report.wake}\n`,
  ];
  if (report.accounts.length > 0) parts.push(accountTable(report.accounts, now));
  if (report.bindings.length > 0) parts.push(bindingTable(report.bindings, now));
  parts.push(advice(report, now));
  return parts.join("\n");
}

function accountTable(accounts: readonly AccountStatus[], now: Milliseconds): string {
  const rows = accounts.map(({ account, bridge, provider, holder, health }) => [
    account,
    bridge,
    provider,
    health === null ? "-" : `${health.state} for ${lengthText(now - health.since)}`,
    holder ?? "-",
  ]);
  return table([["ACCOUNT", "BRIDGE", "PROVIDER", "CONNECTION", "HOLDER"], ...rows]);
}

function bindingTable(bindings: readonly BindingStatus[], now: Milliseconds): string {
  const rows = bindings.map((binding) => [
    `${binding.account}:${binding.room}`,
    binding.group,
    stateOf(binding),
    String(binding.behind),
    String(binding.inbox),
    agoText(binding.lastInboundAt, now),
    agoText(binding.oldestUndeliveredAt, now),
  ]);
  return table([["ROOM", "GROUP", "STATE", "BEHIND", "INBOX", "LAST IN", "OLDEST UNDELIVERED"], ...rows]);
}

function stateOf({ state, kind, paused }: BindingStatus): string {
  const now = paused !== null && state === "live" ? "paused" : state;
  return kind === "portal" ? `${now}, portal` : now;
}

function advice(report: StatusReport, now: Milliseconds): string {
  const lines = [
    ...(report.running ? [] : ["No gateway runs: mimi-gateway start"]),
    ...setUpAdvice(report),
    ...report.alarms.map((alarm) => alarmLine(alarm, now)),
    ...report.accounts.flatMap((account) => accountAdvice(account, now)),
    ...report.bindings.flatMap((binding) => bindingAdvice(binding, now)),
    ...(report.setAside > 0
      ? [`Set aside: ${report.setAside}. To see and retry them: mimi-gateway set-aside list`]
      : []),
    ...(report.unclear > 0
      ? [
          `Deliveries whose outcome could not be known: ${report.unclear}. To see one's way: mimi-gateway trace ID`,
        ]
      : []),
  ];
  return lines.length === 0 ? "Nothing needs attention.\n" : lines.map((line) => `${line}\n`).join("");
}

function setUpAdvice({ accounts, bindings }: StatusReport): string[] {
  if (accounts.length === 0) return [noAccountsAdvice()];
  return bindings.length > 0
    ? []
    : ["No rooms are linked: mimi-gateway link ACCOUNT:ADDRESS ACCOUNT:ADDRESS"];
}

/** What to do where no account is configured. */
export function noAccountsAdvice(): string {
  return (
    "No accounts are configured: mimi-gateway init asks for them; " +
    "or mimi-gateway config sample > gateway.yaml, fill in `accounts`, and start again"
  );
}

function alarmLine({ code, account, room, since, why }: AlarmStatus, now: Milliseconds): string {
  const what = room === null ? `Account ${plain(account)}` : `Room ${plain(`${account}:${room}`)}`;
  const length = lengthText(now - since);
  const is =
    code === "room_unread" ? `was not read since the restore ${length} ago` : `is silent for ${length}`;
  return `Alarm: ${what} ${is}: ${plain(why)}`;
}

function accountAdvice({ account, health }: AccountStatus, now: Milliseconds): string[] {
  if (health === null || health.state === "up") return [];
  const since = lengthText(now - health.since);
  const reason = health.reason === null ? "" : `: ${plain(health.reason)}`;
  return [
    `Account ${plain(account)} is ${health.state} for ${since}${reason}. The gateway keeps trying; see that the ` +
      "service answers and that the account's settings are right",
  ];
}

function bindingAdvice(binding: BindingStatus, now: Milliseconds): string[] {
  const room = plain(`${binding.account}:${binding.room}`);
  const { paused } = binding;
  if (paused !== null && binding.state === "live")
    return [
      `Room ${room} is paused since ${agoText(paused.at, now)}: ${plain(paused.why)}. Take out what repeats it, then: ` +
        `mimi-gateway resume ${room}`,
    ];
  const late = binding.oldestUndeliveredAt === null ? 0 : now - binding.oldestUndeliveredAt;
  const waits = late >= PATIENCE ? `${binding.behind} undelivered, the oldest for ${lengthText(late)}` : "";
  const error = binding.lastError === null ? "" : plain(binding.lastError);
  const facts = [waits, error].filter((fact) => fact !== "").join("; ");
  return facts === "" ? [] : [`Room ${room}: ${facts}`];
}
