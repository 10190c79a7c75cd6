/** What can be asked over the control socket about what is laid down for single rooms. */
import { z } from "zod";
import type { OptOutReport, RoomPolicyReport } from "../policy-operations.ts";
import { procedure } from "./procedure.ts";

const MOST_ROOMS = 100;

const name = z.string().min(1).max(4096);
const room = z.strictObject({ account: name, room: name });

const roomPolicy: z.ZodType<RoomPolicyReport> = z.object({
  account: z.string(),
  room: z.string(),
  group: z.string(),
  values: z.array(z.object({ key: z.string(), value: z.string().nullable(), set: z.boolean() })).readonly(),
});
const optOut: z.ZodType<OptOutReport> = z.object({ account: z.string(), user: z.string() });

export const policyProcedures = {
  "policy-show": procedure({
    question: z.strictObject({ rooms: z.array(room).max(MOST_ROOMS).readonly() }),
    answer: z.array(roomPolicy).readonly(),
    run: ({ policy }, { rooms }) => policy.show(rooms),
  }),
  "policy-set": procedure({
    question: z.strictObject({ room, key: name, value: z.string().max(1024 * 1024) }),
    answer: roomPolicy,
    run: ({ policy }, { room: of, key, value }) => policy.set(of, key, value),
  }),
  "policy-reset": procedure({
    question: z.strictObject({ room, key: name.nullable() }),
    answer: roomPolicy,
    run: ({ policy }, { room: of, key }) => policy.reset(of, key),
  }),
  "opt-outs": procedure({
    question: z.strictObject({ account: name.nullable() }),
    answer: z.array(optOut).readonly(),
    run: ({ policy }, { account }) => policy.optOuts(account),
  }),
  "opt-out": procedure({
    question: z.strictObject({ account: name, user: name, out: z.boolean() }),
    answer: z.boolean(),
    run: ({ policy }, { account, user, out }) => policy.optOut(account, user, out),
  }),
};
