/** An invitation as it travels, by `POST invitations` or in the answer to `sync` (docs/mtp.md, Invitations). */
import { z } from "zod";
import { parseProviderDomain, parseProviderUri, parseUserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { limits } from "../../limits.ts";
import type { NewInvitation } from "../../store/units/invitations.ts";
import type { SentInvitation } from "../../store/units/invited.ts";
import { groupField } from "./subscriptions.ts";

const LONGEST_NAME = 256;
const LARGEST_ROLE = 0xffff_ffff;
/** How far another gateway's clock may go before ours. */
const LEEWAY: Milliseconds = 300_000;

/** The URI of a user. */
export const userField = z.string().transform((text, issues) => {
  const uri = parseUserUri(text);
  if (uri !== null) return uri;
  issues.addIssue("is no user");
  return z.NEVER;
});
const providerField = z
  .string()
  .refine((text) => parseProviderDomain(text) !== null, { error: "is no provider" });
const inviterField = z
  .string()
  .refine((text) => parseUserUri(text) !== null || parseProviderUri(text) !== null, { error: "is nobody" });

const form = z
  .object({
    group: groupField,
    user: userField.optional(),
    provider: providerField.optional(),
    inviter: inviterField,
    role: z.int().nonnegative().max(LARGEST_ROLE).optional(),
    name: z.string().max(LONGEST_NAME).optional(),
    expires: z.int().nonnegative().optional(),
  })
  .refine(({ user, provider }) => (user === undefined) !== (provider === undefined), {
    error: "names not one of user and provider",
  });

/** The form of one that comes at this time. */
export function invitationForm(now: Milliseconds): z.ZodType<NewInvitation> {
  const latest = now + limits.invitationMs;
  return form.transform(({ group, user, provider, inviter, role, name, expires }, issues) => {
    if (expires !== undefined && expires > latest + LEEWAY) issues.addIssue("expires too late");
    return {
      group,
      wanted: user ?? `mimi://${provider ?? ""}`,
      inviter,
      role: role ?? null,
      name: name ?? "",
      expires: Math.min(expires ?? latest, latest),
    };
  });
}

/** One of ours. */
export function invitationJson({ uri, wanted, inviter, role, name, expires }: SentInvitation): unknown {
  const provider = parseProviderUri(wanted);
  return {
    group: uri,
    ...(provider === null ? { user: wanted } : { provider }),
    inviter,
    ...(role === null ? {} : { role }),
    ...(name === "" ? {} : { name: name.slice(0, LONGEST_NAME) }),
    expires,
  };
}
