/** What can be asked over the control socket about other gateways. */
import { z } from "zod";
import {
  blockReport,
  codeReport,
  connectionReport,
  endedConnectionReport,
  groupDetail,
  groupEvent,
  groupMember,
  groupReport,
  madeCodeReport,
  peerReport,
  redeemReport,
} from "./federation-reports.ts";
import { procedure } from "./procedure.ts";

const MOST_EVENTS = 10_000;

const name = z.string().min(1).max(4096);
const room = z.strictObject({ account: name, room: name });
const nothing = z.strictObject({});
const one = z.strictObject({ id: name });
const group = z.strictObject({ uri: name });

export const federationProcedures = {
  identity: procedure({
    question: nothing,
    answer: z.record(z.string(), z.unknown()),
    run: ({ federation }) => federation.identity(),
  }),
  "key-rotate": procedure({
    question: z.strictObject({ stolen: z.boolean() }),
    answer: z.record(z.string(), z.unknown()),
    run: ({ federation }, { stolen }) => federation.rotateKey(stolen),
  }),
  "peer-list": procedure({
    question: nothing,
    answer: z.array(peerReport).readonly(),
    run: ({ federation }) => federation.peers(),
  }),
  "peer-add": procedure({
    question: z.strictObject({ base: name, endpoint: name.nullable() }),
    answer: peerReport,
    run: ({ federation }, { base, endpoint }) => federation.addPeer(base, endpoint),
  }),
  "peer-block": procedure({
    question: z.strictObject({ base: name, blocked: z.boolean() }),
    answer: peerReport,
    run: ({ federation }, { base, blocked }) => federation.blockPeer(base, blocked),
  }),
  "block-list": procedure({
    question: nothing,
    answer: z.array(blockReport).readonly(),
    run: ({ federation }) => federation.blocks(),
  }),
  block: procedure({
    question: z.strictObject({ subject: name, blocked: z.boolean() }),
    answer: z.array(blockReport).readonly(),
    run: ({ federation }, { subject, blocked }) => federation.block(subject, blocked),
  }),
  "code-list": procedure({
    question: nothing,
    answer: z.array(codeReport).readonly(),
    run: ({ federation }) => federation.codes(),
  }),
  "code-create": procedure({
    question: z.strictObject({
      group: name.nullable(),
      room: room.nullable(),
      uses: z.int(),
      lifeMs: z.int(),
      confirm: z.boolean(),
    }),
    answer: madeCodeReport,
    run: ({ federation }, question) => federation.createCode(question),
  }),
  "code-revoke": procedure({
    question: z.strictObject({ id: z.int().nonnegative() }),
    answer: codeReport,
    run: ({ federation }, { id }) => federation.revokeCode(id),
  }),
  redeem: procedure({
    question: z.strictObject({ code: name, as: name.nullable(), room: room.nullable() }),
    answer: redeemReport,
    run: ({ federation }, question) => federation.redeem(question),
  }),
  "connection-list": procedure({
    question: nothing,
    answer: z.array(connectionReport).readonly(),
    run: ({ federation }) => federation.connections(),
  }),
  "connection-confirm": procedure({
    question: one,
    answer: connectionReport,
    run: ({ federation }, { id }) => federation.confirmConnection(id),
  }),
  "connection-end": procedure({
    question: one,
    answer: endedConnectionReport,
    run: ({ federation }, { id }) => federation.endConnection(id),
  }),
  "group-list": procedure({
    question: nothing,
    answer: z.array(groupReport).readonly(),
    run: ({ federation }) => federation.groups(),
  }),
  "group-show": procedure({
    question: group,
    answer: groupDetail,
    run: ({ federation }, { uri }) => federation.group(uri),
  }),
  "group-members": procedure({
    question: group,
    answer: z.array(groupMember).readonly(),
    run: ({ federation }, { uri }) => federation.members(uri),
  }),
  "group-history": procedure({
    question: z.strictObject({ uri: name, limit: z.int().min(1).max(MOST_EVENTS) }),
    answer: z.array(groupEvent).readonly(),
    run: ({ federation }, { uri, limit }) => federation.history(uri, limit),
  }),
};
