/** Looks at accounts for whoever runs the gateway: what the core knows of each, and what its bridge finds out. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { Finding } from "../bridge/room.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import { type DoctorReport, type ExaminedAccount, worstOf } from "../doctor-operations.ts";
import type { AlarmStatus, BindingStatus, StatusReport } from "../operations.ts";
import type { WaitingGroup } from "../store/units/restored-rooms.ts";
import type { Milliseconds } from "../time.ts";

export interface DoctorOptions {
  readonly hosts: readonly AccountHost[];
  /** False: no gateway runs, so there are no connections to look at. */
  readonly running: boolean;
  readonly status: () => Promise<StatusReport>;
  /** Looks at the ways between this gateway and others; null: nothing is exchanged with any. */
  readonly federation: (() => Promise<readonly Finding[]>) | null;
  /** Groups that take nothing from other gateways, since a room was not read after a restore. */
  readonly waiting: () => Promise<readonly WaitingGroup[]>;
}

/** Examines one account, or all. Throws account_unknown, or gateway_unreachable where none runs. */
export async function examine(
  { hosts, running, status, federation, waiting }: DoctorOptions,
  account: string | null,
): Promise<DoctorReport> {
  if (!running)
    throw new GatewayError("gateway_unreachable", "no gateway runs, and only a running one can be examined");
  const wanted = hosts.filter(({ options }) => account === null || options.name === account);
  if (account !== null && wanted.length === 0)
    throw new GatewayError(
      "account_unknown",
      `no account ${account} is configured; there is ${hosts.map(({ options }) => options.name).join(", ")}`,
    );
  const { bindings, alarms } = await status();
  const unread = (await waiting()).filter((one) => account === null || one.account === account);
  const [ways, accounts] = await Promise.all([
    account === null && federation !== null ? federation() : [],
    Promise.all(wanted.map((host) => examineAccount(host, bindings, alarms))),
  ]);
  const gateway = [...ways, ...unread.map((one) => unreadRoom(one, alarms))];
  const state = worstOf([...gateway, ...accounts.flatMap(({ findings }) => findings)]);
  return { state, gateway, accounts };
}

/** With its alarm, where that stands. */
function unreadRoom({ group, account, room, at }: WaitingGroup, alarms: readonly AlarmStatus[]): Finding {
  const alarm = alarms.find(
    (one) => one.code === "room_unread" && one.account === account && one.room === room,
  );
  const raised = alarm ? `; an alarm stands since ${isoTime(alarm.raisedAt)}` : "";
  return {
    check: `restored:${account}:${room}`,
    state: "warning",
    detail: `${group} takes nothing from other gateways until what was said in this room before the restore at ${isoTime(at)} is read${raised}`,
    remedy: `if it stays so, cure what keeps the account from the room (configure it again where it is not), or: mimi-gateway unlink ${account}:${room}`,
  };
}

const isoTime = (at: Milliseconds): string => new Date(at).toISOString();

async function examineAccount(
  host: AccountHost,
  bindings: readonly BindingStatus[],
  alarms: readonly AlarmStatus[],
): Promise<ExaminedAccount> {
  const { name: account, bridgeKind: bridge } = host.options;
  const rooms = bindings.filter((one) => one.account === account && one.state !== "ended");
  // Of rooms that are not read the gateway's own part tells.
  const silent = alarms.filter((one) => one.account === account && one.code !== "room_unread");
  const findings = [connectionOf(host), ...silent.map(alarmOf), ...rooms.map(roomOf)];
  // Without a part in the account this process has nothing to ask with.
  if (host.serving) findings.push(...(await bridgeFindings(host)));
  return { account, bridge, findings };
}

function connectionOf({ health }: AccountHost): Finding {
  const check = "connection";
  if (health === null)
    return {
      check,
      state: "fault",
      detail: "this process does not serve the account",
      remedy:
        "see which one does (mimi-gateway status), and ask it: the control socket is in its data folder",
    };
  if (health.state === "up") return { check, state: "ok", detail: "connected", remedy: null };
  if (health.later !== undefined)
    return { check, state: "ok", detail: health.reason ?? health.state, remedy: health.later };
  const state = health.state === "connecting" ? "warning" : "fault";
  return { check, state, detail: health.reason ?? health.state, remedy: "cure that; it connects by itself" };
}

function alarmOf({ room, since, raisedAt, why }: AlarmStatus): Finding {
  const what = room === null ? "the account is silent" : "the room stands still";
  return {
    check: room === null ? "alarm" : `alarm:${room}`,
    state: "fault",
    detail: `${what} since ${isoTime(since)}, raised at ${isoTime(raisedAt)}: ${why}`,
    remedy: "cure that; the alarm ends by itself, a room's when it has got on for a while",
  };
}

function roomOf({ account, room, behind, inbox, lastError, state, paused }: BindingStatus): Finding {
  const check = `room:${room}`;
  const waits = `${behind} events to deliver, ${inbox} to take in`;
  if (paused !== null && state === "live")
    return {
      check,
      state: "fault",
      detail: `is paused: ${paused.why} (${waits})`,
      remedy: `take out what repeats it (another bridge, a bot), then: mimi-gateway resume ${account}:${room}`,
    };
  if (lastError !== null)
    return {
      check,
      state: "fault",
      detail: `${lastError} (${waits})`,
      remedy: "cure that; it goes on by itself",
    };
  if (state === "leaving")
    return { check, state: "warning", detail: "is being unlinked", remedy: "it ends by itself" };
  return { check, state: "ok", detail: `linked; ${waits}`, remedy: null };
}

/** A bridge that fails at looking is a finding, too. */
async function bridgeFindings({ options: { bridge } }: AccountHost): Promise<readonly Finding[]> {
  try {
    return (await bridge.examine?.()) ?? [];
  } catch (thrown) {
    const { message } = asGatewayError(thrown);
    return [
      { check: "examination", state: "fault", detail: message, remedy: "look again; the log has more" },
    ];
  }
}
