/** Members of a group by the names that they are shown under. */
import type { UserUri } from "../../../mappings/ids.ts";
import type { GroupId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

// Two are enough to see that a name is not one person's.
const bearers = statement<{ group: GroupId; name: string }>("named-members.bearers")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .select(["user.uri", "user.provider"])
    .where("member.grp", "=", p.group)
    .where("member.state", "=", "joined")
    .where("user.name", "=", p.name)
    .where("user.uri", "like", "mimi://%/u/%" as UserUri)
    .limit(2),
);

/** Those of other providers who alone bear one of the names in the group, by their names. */
export function* soleBearers(input: {
  group: GroupId;
  provider: ProviderId;
  names: readonly string[];
}): Unit<readonly { readonly name: string; readonly uri: UserUri }[]> {
  const { group, provider } = input;
  const found: { name: string; uri: UserUri }[] = [];
  for (const name of input.names) {
    const [first, second] = yield* all(bearers, { group, name });
    if (first && !second && first.provider !== provider) found.push({ name, uri: first.uri });
  }
  return found;
}
