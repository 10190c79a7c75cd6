/** Markers, profiles and transients as they travel (docs/mtp.md, Latest values). */
import { z } from "zod";
import { parseEventId, parseUserUri, type UserUri } from "../../../mappings/ids.ts";
import type { Marker } from "../../store/units/latest-values.ts";
import type { Profile } from "../../store/units/profiles.ts";

/** Rows of one kind and group in one body. */
export const MOST_VALUES = 2_000;
const LONGEST_NAME = 256;
const LONGEST_URL = 2_048;

/** What is shown at once or never, as the wire has it. */
export interface TransientRow {
  readonly user: UserUri;
  readonly kind: "typing";
  readonly on: boolean;
}

const user = z.string().transform((text, issues) => {
  const uri = parseUserUri(text);
  if (uri !== null) return uri;
  issues.addIssue("is no user's URI");
  return z.NEVER;
});
const id = z.string().transform((text, issues) => {
  const parsed = parseEventId(text);
  if (parsed !== null) return parsed;
  issues.addIssue("is no event id");
  return z.NEVER;
});

const markerForm = z.object({
  user,
  kind: z.enum(["read", "delivered"]),
  id,
  at: z.int().nonnegative(),
});
const profileForm = z
  .object({
    user,
    name: z.string().refine((name) => name !== "" && Array.from(name).length <= LONGEST_NAME),
    avatar: z
      .url({ protocol: /^https$/ })
      .max(LONGEST_URL)
      .optional(),
    rev: z.int().nonnegative(),
  })
  .transform(({ avatar, ...profile }) => ({ ...profile, avatar: avatar ?? null }));
const transientForm = z.object({ user, kind: z.literal("typing"), on: z.boolean() });

const rows = z.array(z.unknown()).max(MOST_VALUES).optional();

/**
 * The members of a body that hold values, to be spread into its form. The rows themselves are looked at by `readRows`: one
 * that can't be read, perhaps of a kind to come, is no reason to refuse the rest.
 */
export const valueMembers = { markers: rows, profiles: rows, transients: rows } as const;

/** The rows of a body, as they came. */
export interface RawRows {
  readonly markers?: readonly unknown[] | undefined;
  readonly profiles?: readonly unknown[] | undefined;
  readonly transients?: readonly unknown[] | undefined;
}

export interface ValueRows {
  readonly markers: readonly Marker[];
  readonly profiles: readonly Profile[];
  readonly transients: readonly TransientRow[];
}

/** The rows that can be read; all others are left out. */
export function readRows({ markers, profiles, transients }: RawRows): ValueRows {
  return {
    markers: readable(markerForm, markers),
    profiles: readable(profileForm, profiles),
    transients: readable(transientForm, transients),
  };
}

/** What the profiles of a body call people. */
export type Names = ReadonlyMap<UserUri, string>;

export function namesIn(raw: Pick<RawRows, "profiles">): Names {
  return new Map(readable(profileForm, raw.profiles).map(({ user, name }) => [user, name]));
}

function readable<T>(form: z.ZodType<T>, given: readonly unknown[] = []): readonly T[] {
  return given.flatMap((row) => {
    const read = form.safeParse(row);
    return read.success ? [read.data] : [];
  });
}

export type WireProfile = Omit<Profile, "avatar"> & { readonly avatar?: string };

/** A profile of which nothing is left that the form does not let through. */
export function wireProfile({ user: uri, name, avatar, rev }: Profile): WireProfile {
  const called = Array.from(name).slice(0, LONGEST_NAME).join("") || uri.slice(uri.lastIndexOf("/") + 1);
  // What a simulator on this machine has is of no use elsewhere.
  const shown = avatar?.startsWith("https://") && avatar.length <= LONGEST_URL ? { avatar } : {};
  return { user: uri, name: called, ...shown, rev: Math.max(0, rev) };
}
