/** Operations with plausible answers, which note what they were asked. */
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { GatewayError } from "../../../core/errors.ts";
import { sampleFederation } from "./sample-federation.ts";
import { samplePolicies } from "./sample-policies.ts";
import type { Operations, SetAsideEntry, StatusReport, TraceReport } from "../../../core/operations.ts";

export const sampleDoctor: DoctorReport = {
  state: "warning",
  gateway: [],
  accounts: [
    {
      account: "xmpp",
      bridge: "xmpp",
      findings: [
        { check: "connection", state: "ok", detail: "connected", remedy: null },
        { check: "room:hall", state: "warning", detail: "\u001b[31mslow", remedy: "wait" },
      ],
    },
  ],
};

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

export const sampleStatus: StatusReport = {
  version: "0.1.0",
  pid: 4711,
  running: true,
  base: "mimi.example.org",
  store: "sqlite",
  redis: "private",
  wake: "direct",
  accounts: [
    {
      account: "xmpp",
      bridge: "xmpp",
      provider: "xmpp.mimi.example.org",
      holder: "gateway-1",
      health: { state: "up", since: NOW - 90_000 },
    },
    {
      account: "far",
      bridge: "xmpp",
      provider: "far.mimi.example.org",
      holder: "gateway-1",
      health: { state: "down", since: NOW - 3_600_000, reason: "connection refused" },
    },
  ],
  bindings: [
    {
      account: "xmpp",
      room: "lobby@rooms.example.org",
      group: "mimi://xmpp.mimi.example.org/r/1",
      kind: "plumbed",
      state: "live",
      behind: 0,
      inbox: 0,
      lastInboundAt: NOW - 5_000,
      oldestUndeliveredAt: null,
      lastError: null,
      paused: null,
    },
    {
      account: "far",
      room: "\u202ehall\u001b[31m@rooms.far.example",
      group: "mimi://xmpp.mimi.example.org/r/1",
      kind: "portal",
      state: "live",
      behind: 12,
      inbox: 1,
      lastInboundAt: null,
      oldestUndeliveredAt: NOW - 3_500_000,
      lastError: "account_down: the connection is down",
      paused: null,
    },
  ],
  alarms: [
    {
      code: "account_silent",
      account: "far",
      room: null,
      since: NOW - 3_600_000,
      raisedAt: NOW - 3_560_000,
      why: "connection \u001b[31mrefused",
    },
  ],
  setAside: 2,
  unclear: 1,
};

const hop = { account: "xmpp", room: "lobby@rooms.example.org", native: null, attempt: null, detail: null };

export const sampleTrace: TraceReport = {
  event: "a".repeat(64),
  group: "mimi://xmpp.mimi.example.org/r/1",
  kind: "message",
  sender: "mimi://xmpp.mimi.example.org/u/1",
  hops: [
    { ...hop, step: "said", at: NOW, native: "s-1" },
    { ...hop, step: "received", at: NOW + 12 },
    { ...hop, step: "ordered", at: NOW + 15, account: null, room: null },
    { ...hop, step: "delivered", at: NOW + 4_020, account: "far", room: "hall@far.example", attempt: 2 },
  ],
};

export const sampleSetAside: SetAsideEntry = {
  id: 3,
  direction: "outbound",
  account: "far",
  room: "hall@far.example",
  event: "b".repeat(64),
  code: "delivery_refused",
  cause: "not-acceptable\nin the room",
  at: NOW - 60_000,
};

export interface Asked {
  readonly operations: Operations;
  readonly calls: (readonly unknown[])[];
}

export function sampleOperations(): Asked {
  const calls: (readonly unknown[])[] = [];
  const asked = <Answer>(answer: Answer, ...call: readonly unknown[]): Promise<Answer> => {
    calls.push(call);
    return Promise.resolve(answer);
  };
  return {
    calls,
    operations: {
      status: () => asked(sampleStatus, "status"),
      link: (rooms, group) =>
        asked(
          {
            group: group ?? sampleTrace.group,
            rooms: rooms.map(
              (room, index) =>
                ({
                  ...room,
                  ...(index === 0
                    ? { state: "already" }
                    : { state: "linked", warnings: ["it may not pin: give it \u001b[1mpower"] }),
                }) as const,
            ),
          },
          "link",
          rooms,
          group,
        ),
      unlink: (room, erase) =>
        asked({ ...room, group: sampleTrace.group, erased: erase }, "unlink", room, erase),
      resume: (room, drop) => {
        const report = {
          ...room,
          group: sampleTrace.group,
          pausedAt: NOW - 60_000,
          why: "\u001b[31mecho says again what is carried into the room",
          waiting: 4,
          dropping: drop,
        };
        return asked(report, "resume", room, drop);
      },
      trace: (id) => asked(id === "nothing" ? [] : [sampleTrace], "trace", id),
      setAsideList: () => asked([sampleSetAside], "setAsideList"),
      setAsideRetry: async (id) => asked(known(id), "setAsideRetry", id),
      setAsideDiscard: async (id) => asked(known(id), "setAsideDiscard", id),
      doctor: (account) => asked(sampleDoctor, "doctor", account),
      secrets: {
        list: () => asked([{ account: "far", kind: "installation", key: 2, known: true }], "secret-list"),
        rotate: () => asked({ key: 3, secrets: 1, given: false }, "secret-rotate"),
        installLink: (account) =>
          asked(
            { account, url: "https://gw.example/install/x", until: NOW + 900_000 },
            "install-link",
            account,
          ),
        roomPassword: (room, password) =>
          asked({ ...room, kept: password !== null }, "room-password", room, password),
      },
      moderation: {
        moderate: (uri, deed) =>
          asked({ uri, act: deed.act, seq: 7, event: "c".repeat(64) }, "moderate", uri, deed),
        policy: (uri, change) =>
          asked(
            {
              uri,
              history: change.history ?? "none",
              join: "asserted" as const,
              retentionDays: null,
            },
            "policy",
            uri,
            change,
          ),
      },
      policy: samplePolicies(calls),
      federation: sampleFederation(calls),
    },
  };
}

function known(id: number): SetAsideEntry {
  if (id === sampleSetAside.id) return sampleSetAside;
  throw new GatewayError("set_aside_unknown", `nothing set aside has the number ${id}; list them`);
}
