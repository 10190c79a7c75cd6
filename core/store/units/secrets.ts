/** Secrets of accounts, as they lie in the store: nothing here can open them. */
import type { SecretTable } from "../secrets-schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

type Place = Pick<SecretTable, "account" | "kind">;

/** A secret as it lies in the store, and whose it is. */
export interface SecretRow extends Readonly<SecretTable> {
  /** The account's name in the configuration. */
  readonly name: string;
}

const find = statement<Place>("secrets.find")((db, { p }) =>
  db
    .selectFrom("secret")
    .select(["ciphertext", "key_version"])
    .where("account", "=", p.account)
    .where("kind", "=", p.kind),
);
const put = statement<SecretTable>("secrets.put")((db, { p }) =>
  db
    .insertInto("secret")
    .values({ account: p.account, kind: p.kind, ciphertext: p.ciphertext, key_version: p.key_version })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "kind"])
        .doUpdateSet({ ciphertext: p.ciphertext, key_version: p.key_version }),
    ),
);
const replace = statement<SecretTable & { before: Uint8Array }>("secrets.replace")((db, { p }) =>
  db
    .updateTable("secret")
    .set({ ciphertext: p.ciphertext, key_version: p.key_version })
    .where("account", "=", p.account)
    .where("kind", "=", p.kind)
    .where("ciphertext", "=", p.before)
    .returning("kind"),
);
const drop = statement<Place & { ciphertext: Uint8Array }>("secrets.drop")((db, { p }) =>
  db
    .deleteFrom("secret")
    .where("account", "=", p.account)
    .where("kind", "=", p.kind)
    .where("ciphertext", "=", p.ciphertext)
    .returning("kind"),
);
const every = statement("secrets.every")((db) =>
  db
    .selectFrom("secret")
    .innerJoin("account", "account.id", "secret.account")
    .select([
      "secret.account",
      "secret.kind",
      "secret.ciphertext",
      "secret.key_version",
      "account.native as name",
    ])
    .orderBy("account.native")
    .orderBy("secret.kind"),
);

export function* readSecret(
  place: Place,
): Unit<Readonly<Pick<SecretTable, "ciphertext" | "key_version">> | undefined> {
  return yield* first(find, place);
}

/** Puts it in the place of what may stand there. */
export function* keepSecret(row: SecretTable): Unit<void> {
  yield* first(put, row);
}

/** Takes it out, if it is still that one. False: somebody else was first. */
export function* dropSecret(row: Place & { ciphertext: Uint8Array }): Unit<boolean> {
  return (yield* first(drop, row)) !== undefined;
}

/** Those of all accounts. */
export function* listSecrets(): Unit<readonly SecretRow[]> {
  return yield* all(every, {});
}

/** Changes with which key it is encrypted, if it is still that one. False: it was changed meanwhile. */
export function* rewrapSecret(row: SecretTable & { before: Uint8Array }): Unit<boolean> {
  return (yield* first(replace, row)) !== undefined;
}
