/** Operations about invitations and knocks with plausible answers, which note what they were asked. */
import type {
  InvitationOperations,
  InvitationReport,
  InvitedReport,
  KnockReport,
} from "../../../core/invitation-operations.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

export const sampleInvitation: InvitationReport = {
  id: 3,
  group: "mimi://far.example/r/7",
  name: "Tea\u001b[31m",
  wanted: "mimi://xmpp.mimi.example.org",
  inviter: "mimi://far.example/u/bob",
  role: null,
  base: "far.example",
  at: NOW - 60_000,
  expires: NOW + 31 * 86_400_000,
};

export const sampleInvited: InvitedReport = {
  group: "mimi://xmpp.mimi.example.org/r/1",
  wanted: "mimi://far.example/u/bob",
  base: "far.example",
  expires: NOW + 31 * 86_400_000,
  told: false,
};

export const sampleKnock: KnockReport = {
  id: 8,
  group: "mimi://xmpp.mimi.example.org/r/1",
  user: "mimi://far.example/u/bob",
  base: "far.example",
  reason: "Alice told me\u001b[31m of it",
  at: NOW - 5_000,
};

export function sampleInvitations(calls: (readonly unknown[])[]): InvitationOperations {
  const asked = <Answer>(answer: Answer, ...call: readonly unknown[]): Promise<Answer> => {
    calls.push(call);
    return Promise.resolve(answer);
  };
  const { group, wanted, base } = sampleInvitation;
  return {
    invite: (question) => asked({ ...sampleInvited, told: true }, "invite", question),
    list: () => asked([sampleInvitation], "list"),
    accept: (id, room) =>
      asked(
        {
          group,
          wanted,
          base,
          answer: "accepted",
          linked: room === null ? null : { group, rooms: [{ ...room, state: "linked" }] },
        },
        "accept",
        id,
        room,
      ),
    decline: (id) => asked({ group, wanted, base, answer: "declined", linked: null }, "decline", id),
    knock: ({ reason, ...question }) => asked({ ...question, base }, "knock", { ...question, reason }),
    knocks: () => asked([sampleKnock], "knocks"),
    admit: (id) => asked(sampleInvited, "admit", id),
    dropKnock: (id) => asked({ ...sampleKnock, id }, "dropKnock", id),
  };
}
