/** Operations about other gateways with plausible answers, which note what they were asked. */
import { sampleInvitations } from "./sample-invitations.ts";
import type {
  BlockReport,
  CodeReport,
  ConnectionReport,
  FederationOperations,
  GroupReport,
  PeerReport,
} from "../../../core/federation-operations.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

export const sampleIdentity = { versions: [1], base: "mimi.example.org" };

export const samplePeer: PeerReport = {
  base: "far.example",
  endpoint: "https://mtp.far.example",
  state: "known",
  static: false,
  trusted: false,
  hosts: ["chat.far.example", "far.example"],
  keys: ["1Le9_M8U6ODQ_91UgJKjEQ"],
  features: ["submit.post"],
  connections: 1,
  readAt: NOW - 3_600_000,
  lastError: "peer_unreachable: \u001b[31mno answer",
};

export const sampleBlock: BlockReport = {
  subject: "spam.example",
  scope: "gateway",
  at: NOW - 5_000,
  actor: "operator",
};

export const sampleCode: CodeReport = {
  id: 4,
  scope: "group",
  group: "mimi://xmpp.mimi.example.org/r/1",
  issuer: "operator",
  state: "good",
  usesLeft: 2,
  confirm: true,
  expires: NOW + 2 * 86_400_000,
  createdAt: NOW - 5_000,
  usedBy: ["chat.far.example"],
};

export const sampleConnection: ConnectionReport = {
  id: "c-1",
  base: "far.example",
  provider: "chat.far.example",
  issuer: "we",
  scope: "group",
  group: "mimi://xmpp.mimi.example.org/r/1",
  state: "waiting",
  createdAt: NOW - 60_000,
  expires: null,
  endedAt: null,
};

export const sampleGroup: GroupReport = {
  uri: "mimi://xmpp.mimi.example.org/r/1",
  owner: null,
  name: "Tea",
  state: "open",
  following: null,
  cause: null,
  head: 12,
  members: 3,
  rooms: 2,
  guests: 1,
};

export function sampleFederation(calls: (readonly unknown[])[]): FederationOperations {
  const asked = <Answer>(answer: Answer, ...call: readonly unknown[]): Promise<Answer> => {
    calls.push(call);
    return Promise.resolve(answer);
  };
  return {
    identity: () => asked(sampleIdentity, "identity"),
    rotateKey: (stolen) => asked(sampleIdentity, "rotateKey", stolen),
    peers: () => asked([samplePeer], "peers"),
    addPeer: (base, endpoint) => asked({ ...samplePeer, base }, "addPeer", base, endpoint),
    blockPeer: (base, blocked) =>
      asked({ ...samplePeer, base, state: blocked ? "blocked" : "known" }, "blockPeer", base, blocked),
    blocks: () => asked([sampleBlock], "blocks"),
    block: (subject, blocked) =>
      asked(blocked ? [{ ...sampleBlock, subject }] : [], "block", subject, blocked),
    codes: () => asked([sampleCode], "codes"),
    createCode: (question) => {
      const { uses, confirm, lifeMs } = question;
      const group = question.room === null ? question.group : sampleGroup.uri;
      const scope = group === null ? "gateway" : "group";
      const made = { id: 5, code: "mtp1:a:b:c", scope, group, uses, confirm, expires: NOW + lifeMs } as const;
      return asked(made, "createCode", question);
    },
    revokeCode: (id) => asked({ ...sampleCode, id, state: "revoked" }, "revokeCode", id),
    redeem: (question) =>
      asked(
        {
          connection: "c-2",
          scope: "group",
          base: "far.example",
          provider: "xmpp.mimi.example.org",
          group: "mimi://far.example/r/7",
          linked:
            question.room === null
              ? null
              : { group: "mimi://far.example/r/7", rooms: [{ ...question.room, state: "linked" }] },
        },
        "redeem",
        question,
      ),
    connections: () =>
      asked([{ ...sampleConnection, id: "c-0", state: "active" }, sampleConnection], "connections"),
    confirmConnection: (id) => asked({ ...sampleConnection, id, state: "active" }, "confirmConnection", id),
    endConnection: (id) =>
      asked({ ...sampleConnection, id, state: "ended", endedAt: NOW, told: false }, "endConnection", id),
    groups: () => asked([sampleGroup], "groups"),
    group: (uri) =>
      asked(
        {
          ...sampleGroup,
          uri,
          topic: "green",
          linked: [{ account: "xmpp", room: "tea@rooms.example.org" }],
          readers: [{ base: "far.example", from: 3, until: null, connection: "c-1" }],
        },
        "group",
        uri,
      ),
    members: (uri) =>
      asked(
        [{ uri: "mimi://far.example/u/bob", name: "Bob", state: "joined", role: 2, since: 4 }],
        "members",
        uri,
      ),
    history: (uri, limit) =>
      asked(
        [
          {
            seq: 1,
            id: "a".repeat(64),
            kind: "message",
            sender: "mimi://far.example/u/bob",
            at: NOW,
            text: "hi",
          },
        ],
        "history",
        uri,
        limit,
      ),
    invitations: sampleInvitations(calls),
  };
}
