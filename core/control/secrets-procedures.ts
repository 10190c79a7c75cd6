/** What can be asked over the control socket about credentials. */
import { z } from "zod";
import type {
  InstallLinkReport,
  RoomPasswordReport,
  RotatedReport,
  SecretReport,
} from "../secrets-operations.ts";
import { procedure } from "./procedure.ts";

const nothing = z.strictObject({});
const name = z.string().min(1).max(4096);
const roomReference = z.strictObject({ account: name, room: name });

const secretReport: z.ZodType<SecretReport> = z.object({
  account: z.string(),
  kind: z.string(),
  key: z.number(),
  known: z.boolean(),
});

const rotatedReport: z.ZodType<RotatedReport> = z.object({
  key: z.number(),
  secrets: z.number(),
  given: z.boolean(),
});

const installLinkReport: z.ZodType<InstallLinkReport> = z.object({
  account: z.string(),
  url: z.string(),
  until: z.number(),
});

const roomPasswordReport: z.ZodType<RoomPasswordReport> = z.object({
  account: z.string(),
  room: z.string(),
  kept: z.boolean(),
});

export const secretsProcedures = {
  "secret-list": procedure({
    question: nothing,
    answer: z.array(secretReport).readonly(),
    run: ({ secrets }) => secrets.list(),
  }),
  "secret-rotate": procedure({
    question: nothing,
    answer: rotatedReport,
    run: ({ secrets }) => secrets.rotate(),
  }),
  "room-password": procedure({
    question: z.strictObject({
      room: roomReference,
      password: z.string().min(1).max(1024).nullable(),
    }),
    answer: roomPasswordReport,
    run: ({ secrets }, { room, password }) => secrets.roomPassword(room, password),
  }),
  "install-link": procedure({
    question: z.strictObject({ account: name }),
    answer: installLinkReport,
    run: ({ secrets }, { account }) => secrets.installLink(account),
  }),
};
